import { systemNow } from '../../common/clock.ts'
import { latestSecond, parseTime } from '../../common/time.ts'
import type { Behavior } from '../../openai-api/behavior.ts'
import { digest } from '../../openai-api/keys/secret.ts'
import { defaultModels } from '../../openai-api/models/service.ts'
import { ProjectCheck } from './check-projects.ts'
import { DuplicateCheck, valueField } from './duplicates.ts'
import type { Mistakes } from './mistakes.ts'
import type { SeedEvent, SeedProject } from './project-schema.ts'
import type { SeedFile, SeedKey } from './schema.ts'
import { assertSize } from './size.ts'
import type { SeedSource } from './source.ts'
import { checkTimes } from './times.ts'
import { withoutValue, withoutValues } from './without-values.ts'

/** What a sandbox starts from: all seed files in one, with values replaced by their digests. */
export interface Seed {
  organization: NonNullable<SeedFile['organization']>
  behavior: Partial<Behavior>
  clock: NonNullable<SeedFile['clock']>
  /** The ids of the models. */
  models: readonly string[]
  projects: SeedProject[]
  audit_logs: SeedEvent[]
  keys: ResolvedSeedKey[]
}

export type ResolvedSeedKey = Omit<SeedKey, 'value'>

export const emptySeed = (): Seed => ({
  organization: {},
  behavior: {},
  clock: {},
  models: defaultModels,
  projects: [],
  audit_logs: [],
  keys: [],
})

/** Returns the number of keys that a seed lists, including generated keys. */
export const countKeys = ({ keys }: Seed): number =>
  keys.reduce((count, { generate = 1, deleted = false }) => count + (deleted ? 0 : generate), 0)

/**
 * Merges seeds: keys add up; in other sections the later seed wins, field by field. Throws SeedError for all mistakes, those
 * that were already found and those that a schema cannot express. `adminKey` is the value of the key that clients are configured
 * with.
 */
export function mergeSeeds(sources: readonly SeedSource[], mistakes: Mistakes, adminKey: string | undefined): Seed {
  const seed = emptySeed()
  for (const source of sources) {
    const { organization, behavior, clock, models } = source.parts.sections
    const user = { ...seed.organization.user, ...organization?.user }
    seed.organization = { ...seed.organization, ...organization, user }
    seed.behavior = { ...seed.behavior, ...behavior }
    seed.clock = { ...seed.clock, ...clock }
    seed.models = models ?? seed.models
    checkModels(source, models)
  }
  const now = resolveClock(sources, seed)
  const duplicates = new DuplicateCheck({ adminKeyDigest: adminKey === undefined ? undefined : digest(adminKey) })
  const projects = new ProjectCheck({ duplicates })
  const origins = {
    user: seed.organization.user ?? {},
    projects: sources.flatMap(({ parts }) => parts.sections.projects ?? []),
  }
  for (const source of sources) {
    assertSize(source, origins)
    projects.check(source, now)
    seed.projects = seed.projects.concat(source.parts.sections.projects ?? [])
    seed.audit_logs = seed.audit_logs.concat(source.parts.sections.audit_logs ?? [])
    checkTimes(source, ['organization', 'user'], source.parts.sections.organization?.user, now)
    seed.keys = seed.keys.concat(resolveKeys(source, now, duplicates))
  }
  for (const source of sources) projects.checkEvents(source, now)
  mistakes.throwIfAny()
  seed.projects = withoutValues(seed.projects)
  return seed
}

function checkModels(source: SeedSource, models: readonly string[] = []): void {
  for (const [index, id] of models.entries()) {
    if (models.indexOf(id) < index) source.report(['models', index], 'the id of a model that is not listed before')
  }
}

/** Returns the admin keys of a seed; `now` in Unix milliseconds. Reports their mistakes. */
export function resolveKeys(source: SeedSource, now: number, duplicates: DuplicateCheck): ResolvedSeedKey[] {
  duplicates.addSource(source)
  return source.parts.keys.flatMap((key, index) =>
    key === undefined ? [] : resolveKey(source, index, key, now, duplicates),
  )
}

/** Returns the sandbox time that the seeds set, in Unix milliseconds: the base of relative times. */
function resolveClock(sources: readonly SeedSource[], { clock }: Seed): number {
  const parse = (time: number | string) => parseTime(time, 0, latestSecond.clock)
  for (const source of sources) {
    const time = source.parts.sections.clock?.now
    if (time !== undefined && parse(time) === undefined) {
      source.report(['clock', 'now'], 'a valid time from 1970 to 9998')
    }
  }
  return (clock.now === undefined ? undefined : parse(clock.now)) ?? systemNow()
}

function resolveKey(
  source: SeedSource,
  index: number,
  key: SeedKey,
  now: number,
  duplicates: DuplicateCheck,
): ResolvedSeedKey {
  checkTimes(source, ['keys', index], key, now)
  checkTimes(source, ['keys', index, 'owner'], key.owner, now)
  duplicates.checkKeyIds(key, index)
  const resolved = withoutValue(key)
  if (resolved.value_sha256 !== undefined) duplicates.checkKeyValue(resolved.value_sha256, index, valueField(key))
  return resolved
}

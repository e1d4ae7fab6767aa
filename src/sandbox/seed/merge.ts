import { systemNow } from '../../common/clock.ts'
import { latestSecond, parseTime } from '../../common/time.ts'
import { toParsableRedaction } from '../../openai-api/admin-api-keys/redacted-value.ts'
import { digest } from '../../openai-api/admin-api-keys/secret.ts'
import type { KeyStore } from '../../openai-api/admin-api-keys/store.ts'
import type { Behavior } from '../../openai-api/behavior.ts'
import type { Path } from '../../schema/schema-errors.ts'
import type { ParsedSeed } from './parse.ts'
import type { SeedFile, SeedKey } from './schema.ts'
import { sizeProblem } from './size.ts'

/** What a sandbox starts from: all seed files in one, with values replaced by their digests. */
export interface Seed {
  organization: NonNullable<SeedFile['organization']>
  behavior: Partial<Behavior>
  clock: NonNullable<SeedFile['clock']>
  keys: ResolvedSeedKey[]
}

export type ResolvedSeedKey = Omit<SeedKey, 'value'>

export const emptySeed = (): Seed => ({ organization: {}, behavior: {}, clock: {}, keys: [] })

/**
 * Merges seeds: keys add up; in other sections the later seed wins, field by field. Throws the error of the first mistake
 * that a schema cannot express: a time that does not exist, a duplicate id.
 */
export function mergeSeeds(parsed: readonly ParsedSeed[]): Seed {
  const seed = emptySeed()
  for (const { content } of parsed) {
    const user = { ...seed.organization.user, ...content.organization?.user }
    seed.organization = { ...seed.organization, ...content.organization, user }
    seed.behavior = { ...seed.behavior, ...content.behavior }
    seed.clock = { ...seed.clock, ...content.clock }
  }
  const now = resolveClock(parsed, seed)
  const assertUnique = createDuplicateCheck()
  for (const each of parsed) {
    assertValidTimes(each, ['organization', 'user'], each.content.organization?.user, now)
    seed.keys = seed.keys.concat(resolveKeys(each, now, assertUnique))
  }
  return seed
}

/**
 * Returns the keys of a seed that are to be added to a store; `now` in Unix milliseconds. Throws as `mergeSeeds` does,
 * and for a section other than keys or a key that already exists.
 */
export function resolveAddedKeys(parsed: ParsedSeed, now: number, store: KeyStore): ResolvedSeedKey[] {
  for (const section of ['organization', 'behavior', 'clock'] as const) {
    if (parsed.content[section] !== undefined) throw parsed.errorAt([section], 'absent: only keys can be added')
  }
  const exists = {
    id: (id: string) => store.byId(id) !== undefined,
    value: (sha256: string) => store.byDigest(sha256) !== undefined,
  }
  return resolveKeys(
    parsed,
    now,
    createDuplicateCheck((kind, text) => exists[kind](text)),
  )
}

function resolveKeys(parsed: ParsedSeed, now: number, assertUnique: DuplicateCheck): ResolvedSeedKey[] {
  const problem = sizeProblem(parsed.content)
  if (problem !== undefined) throw parsed.errorAt(['keys'], { problem })
  return (parsed.content.keys ?? []).map((key, index) => resolveKey(parsed, index, key, now, assertUnique))
}

/** Returns the sandbox time that the seeds set, in Unix milliseconds: the base of relative times. */
function resolveClock(parsed: readonly ParsedSeed[], { clock }: Seed): number {
  for (const { content, errorAt } of parsed) {
    const time = content.clock?.now
    if (time !== undefined && parseTime(time, 0, latestSecond.clock) === undefined) {
      throw errorAt(['clock', 'now'], 'a time that exists, from 1970 to 9998')
    }
  }
  return clock.now === undefined ? systemNow() : (parseTime(clock.now, 0) as number)
}

type Unique = 'id' | 'value'
type DuplicateCheck = (kind: Unique, text: string, toError: (rule: string) => Error) => void

/** Returns a check that throws for an id or value that it has seen before, or that `exists` already. */
function createDuplicateCheck(exists = (_kind: Unique, _text: string) => false): DuplicateCheck {
  const seen = { id: new Set<string>(), value: new Set<string>() }
  return (kind, text, toError) => {
    const what = kind === 'id' ? 'an id' : 'a value'
    if (seen[kind].has(text)) throw toError(`${what} that no other key of the seeds has`)
    if (exists(kind, text)) throw toError(`${what} that no key of the sandbox has, deleted keys included`)
    seen[kind].add(text)
  }
}

function resolveKey(
  parsed: ParsedSeed,
  index: number,
  key: SeedKey,
  now: number,
  assertUnique: DuplicateCheck,
): ResolvedSeedKey {
  const at = (...segments: Path): Path => ['keys', index, ...segments]
  assertValidTimes(parsed, at(), key, now)
  assertValidTimes(parsed, at('owner'), key.owner, now)
  for (let n = 1; key.id !== undefined && n <= (key.generate ?? 1); n++) {
    assertUnique('id', expandIndex(key.id, key, n), (rule) => parsed.errorAt(at('id'), rule))
  }
  const { value, ...resolved } = key
  if (value !== undefined) {
    resolved.value_sha256 = digest(value)
    resolved.redacted_value ??= toParsableRedaction(value)
  }
  if (resolved.value_sha256 !== undefined) {
    const field = value === undefined ? 'value_sha256' : 'value'
    assertUnique('value', resolved.value_sha256, (rule) => parsed.errorAt(at(field), rule))
  }
  return resolved
}

/** Returns the text of the `n`-th generated key; unchanged for an entry that is one key. */
export const expandIndex = (text: string, { generate }: ResolvedSeedKey, n: number): string =>
  generate === undefined ? text : text.replaceAll('{n}', String(n))

const timeFields = ['created_at', 'expires_at', 'last_used_at'] as const

function assertValidTimes(
  { errorAt }: ParsedSeed,
  path: Path,
  fields: { [field in (typeof timeFields)[number]]?: unknown } | undefined,
  now: number,
): void {
  for (const field of timeFields) {
    const time = fields?.[field]
    if (time === undefined || time === null) continue
    if (parseTime(time as number | string, now) === undefined) {
      throw errorAt([...path, field], 'a time that exists, from 1970 to 9999')
    }
  }
}

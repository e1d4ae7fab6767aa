import { parseTime, unixSeconds } from '../../common/time.ts'
import { defaultBehavior } from '../../openai-api/behavior.ts'
import { digest } from '../../openai-api/keys/secret.ts'
import { type ClockSetting, clockSettingAt } from '../clock.ts'
import type { Randomness } from '../randomness.ts'
import { defaultEmail, type Settings } from '../settings.ts'
import type { Addition } from './addition.ts'
import { insertAdminKey, insertKeys } from './insert-keys.ts'
import { insertAllProjects, insertEvents, insertProjects } from './insert-projects.ts'
import { createListedTexts } from './listed-texts.ts'
import type { Seed } from './merge.ts'
import type { SeedTarget } from './target.ts'

/** Returns the settings of a new sandbox; what the seed omits is generated. `startedAt` in milliseconds of the system clock. */
export function initialSettings(seed: Seed, randomness: Randomness, startedAt: number): Settings {
  const { clock, now } = initialClock(seed, startedAt)
  const { id, name, user } = seed.organization
  return {
    organization: {
      id: id ?? randomness.organizationId(),
      name: name ?? 'Local organization',
      user: {
        id: user?.id ?? randomness.userId(),
        name: user?.name ?? 'Local admin',
        email: user?.email ?? defaultEmail,
        created_at: unixSeconds(user?.created_at, now) ?? Math.floor(now / 1000),
      },
    },
    behavior: { ...defaultBehavior, ...seed.behavior },
    clock,
    at_ms: now,
    random_positions: {},
    models: seed.models,
  }
}

function initialClock({ clock }: Seed, startedAt: number): { clock: ClockSetting; now: number } {
  const { now, frozen = false } = clock
  const start = now === undefined ? undefined : parseTime(now, 0)
  const setting = start === undefined && !frozen ? { offset_ms: 0 } : clockSettingAt(start ?? startedAt, frozen)
  return { clock: setting, now: start ?? startedAt }
}

/** Inserts the projects, events and keys of a new sandbox, in steps; of the keys the admin key first, unless the seed lists it. */
export function* insertSeed(seed: Seed, adminKey: string | undefined, seedTarget: SeedTarget): Generator<void> {
  const adminDigest = adminKey === undefined ? undefined : digest(adminKey)
  const isInSeed = createListedTexts(seed)
  const target = { ...seedTarget, isListed: (text: string) => text === adminDigest || isInSeed(text) }
  yield* insertAllProjects(seed.projects, target)
  yield* insertEvents(seed.audit_logs, target)
  const listsAdminKey = seed.keys.some((key) => key.value_sha256 === adminDigest)
  if (adminKey !== undefined && !listsAdminKey) insertAdminKey(adminKey, target)
  yield* insertKeys(seed.keys, target)
}

/** Inserts what is added to a sandbox, in steps. */
export function* insertAddition(addition: Addition, seedTarget: SeedTarget): Generator<void> {
  const target = { ...seedTarget, isListed: createListedTexts(addition) }
  yield* insertProjects(addition.projects, target)
  yield* insertEvents(addition.audit_logs, target)
  yield* insertKeys(addition.keys, target)
}

import { systemNow } from '../../common/clock.ts'
import { parseTime, unixSeconds } from '../../common/time.ts'
import { createOwner, type Owner, toRow } from '../../openai-api/admin-api-keys/key.ts'
import type { NewKeyRow } from '../../openai-api/admin-api-keys/store.ts'
import { defaultBehavior } from '../../openai-api/behavior.ts'
import { parseRedactedValue, redactedFields, toParsableRedaction } from '../../openai-api/keys/redacted-value.ts'
import { digest } from '../../openai-api/keys/secret.ts'
import { type ClockSetting, clockSettingAt, timeOf } from '../clock.ts'
import type { Randomness } from '../randomness.ts'
import { defaultEmail, type Organization, type Settings } from '../settings.ts'
import type { Addition } from './addition.ts'
import { expandIndex } from './expand-index.ts'
import { insertAllProjects, insertEvents, insertProjects } from './insert-projects.ts'
import { createListedTexts } from './listed-texts.ts'
import type { ResolvedSeedKey, Seed } from './merge.ts'
import type { ListedTarget, SeedTarget } from './target.ts'

/** Returns the settings of a new sandbox; what the seed omits is generated. */
export function initialSettings(seed: Seed, randomness: Randomness): Settings {
  const clock = initialClock(seed)
  const now = timeOf(clock)
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

function initialClock({ clock: { now, frozen = false } }: Seed): ClockSetting {
  const start = now === undefined ? undefined : parseTime(now, 0)
  return start === undefined && !frozen ? { offset_ms: 0 } : clockSettingAt(start ?? systemNow(), frozen)
}

/** Returns the user of the organization as an owner of keys. */
export const defaultOwner = ({ user }: Organization): Owner => createOwner({ type: 'user', ...user })

/** Inserts the projects, events and keys of a new sandbox; of the keys the admin key first, unless the seed lists it. */
export function insertSeed(seed: Seed, adminKey: string | undefined, seedTarget: SeedTarget): void {
  const adminDigest = adminKey === undefined ? undefined : digest(adminKey)
  const isInSeed = createListedTexts(seed)
  const target = { ...seedTarget, isListed: (text: string) => text === adminDigest || isInSeed(text) }
  insertAllProjects(seed.projects, target)
  insertEvents(seed.audit_logs, target)
  const listsAdminKey = seed.keys.some((key) => key.value_sha256 === adminDigest)
  if (adminKey !== undefined && !listsAdminKey) insertAdminKey(adminKey, target)
  insertKeys(seed.keys, target)
}

/** Inserts what is added to a sandbox. */
export function insertAddition(addition: Addition, seedTarget: SeedTarget): void {
  const target = { ...seedTarget, isListed: createListedTexts(addition) }
  insertProjects(addition.projects, target)
  insertEvents(addition.audit_logs, target)
  insertKeys(addition.keys, target)
}

/** Inserts admin keys in order. */
function insertKeys(keys: readonly ResolvedSeedKey[], target: ListedTarget): void {
  const now = timeOf(target.settings.clock)
  for (const key of keys) {
    for (let n = 1; n <= (key.generate ?? 1); n++) {
      const row = keyRow(key, n, now, target)
      if (!target.store.adminApiKeys.insert(row))
        throw new Error(`the id or the value of the key ${row.id} already exists`)
    }
  }
}

/** Inserts the key that clients are configured with, owned by the organization's user. */
export function insertAdminKey(value: string, target: SeedTarget & Partial<ListedTarget>): void {
  const key = { name: 'Admin key', value_sha256: digest(value), redacted_value: toParsableRedaction(value) }
  insertKeys([key], { isListed: () => false, ...target })
}

/** Returns the row of a seed key, or of its `n`-th generated key; relative times count from `now`, in Unix milliseconds. */
function keyRow(key: ResolvedSeedKey, n: number, now: number, target: ListedTarget): NewKeyRow {
  const { randomness, isListed, isNew } = target
  const store = target.store.adminApiKeys
  const expires_at = unixSeconds(key.expires_at, now) ?? null
  // An expired key was created earlier.
  const created_at = unixSeconds(key.created_at, now) ?? Math.min(Math.floor(now / 1000), expires_at ?? now)
  const isFreeId = (id: string) => !isListed(id) && (isNew || store.byId(id) === undefined)
  // A key whose value is unknown gets a random one, for which no value is known.
  const isFree = ({ sha256 }: GeneratedValue) => !isListed(sha256) && (isNew || store.byDigest(sha256) === undefined)
  const generated = key.value_sha256 === undefined ? generateUnique(() => generateValue(randomness), isFree) : undefined
  return toRow({
    id: key.id === undefined ? generateUnique(randomness.keyId, isFreeId) : expandIndex(key.id, key, n),
    name: key.name === null ? null : expandIndex(key.name, key, n),
    value_sha256: key.value_sha256 ?? generated?.sha256 ?? '',
    ...(key.redacted_value === undefined
      ? redactedFields(generated?.value ?? randomness.keyValue())
      : parseRedactedValue(key.redacted_value)),
    created_at,
    expires_at,
    last_used_at: unixSeconds(key.last_used_at, now) ?? null,
    owner: ownerOf(key, created_at, now, target),
    deleted: key.deleted === true,
    scopes: key.scopes ?? null,
  })
}

/** Generates until the result is free: a seeded sequence can repeat what an earlier run stored. */
function generateUnique<Generated>(generate: () => Generated, isFree: (generated: Generated) => boolean): Generated {
  let generated = generate()
  while (!isFree(generated)) generated = generate()
  return generated
}

interface GeneratedValue {
  value: string
  sha256: string
}

function generateValue(randomness: Randomness): GeneratedValue {
  const value = randomness.keyValue()
  return { value, sha256: digest(value) }
}

function ownerOf(
  { owner }: ResolvedSeedKey,
  keyCreatedAt: number,
  now: number,
  { settings, randomness }: SeedTarget,
): Owner {
  if (owner === undefined) return defaultOwner(settings.organization)
  const { type = 'user', id, name, created_at } = owner
  return createOwner({
    type,
    id: id ?? (type === 'user' ? randomness.userId() : randomness.serviceAccountId()),
    name: name ?? (type === 'user' ? 'A user' : 'A service account'),
    created_at: unixSeconds(created_at, now) ?? keyCreatedAt,
  })
}

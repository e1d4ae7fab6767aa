import { redactedForm } from '../../common/redaction.ts'
import { readTime } from '../../common/time.ts'
import { createOwner, type Owner, toRow } from '../../openai-api/admin-api-keys/key.ts'
import { digest } from '../../openai-api/admin-api-keys/secret.ts'
import type { KeyStore, NewKeyRow } from '../../openai-api/admin-api-keys/store.ts'
import { defaultBehavior } from '../../openai-api/behavior.ts'
import { type ClockSetting, clockAt, presentOf, systemNow } from '../clock.ts'
import type { Randomness } from '../randomness.ts'
import type { Organization, Settings } from '../settings.ts'
import { numbered, type PlannedKey, type Seed } from './merge.ts'

/** The settings that a seed gives a new sandbox, with what it leaves out made up. */
export function beginSettings(seed: Seed, randomness: Randomness): Settings {
  const clock = beginClock(seed)
  const now = presentOf(clock)
  const { id, name, user } = seed.organization
  return {
    organization: {
      id: id ?? randomness.organizationId(),
      name: name ?? 'Local organization',
      user: {
        id: user?.id ?? randomness.userId(),
        name: user?.name ?? 'Local admin',
        created_at: unixSeconds(user?.created_at, now) ?? Math.floor(now / 1000),
      },
    },
    behavior: { ...defaultBehavior, ...seed.behavior },
    clock,
    at_ms: now,
    drawn: {},
  }
}

function beginClock({ clock: { now, frozen = false } }: Seed): ClockSetting {
  const start = now === undefined ? undefined : readTime(now, 0)
  return start === undefined && !frozen ? { offset_ms: 0 } : clockAt(start ?? systemNow(), frozen)
}

/** The user of the organization as an owner of keys. */
export const defaultOwner = ({ user }: Organization): Owner => createOwner({ type: 'user', ...user })

/** Where keys are planted. */
export interface Ground {
  store: KeyStore
  settings: Settings
  randomness: Randomness
}

/** Inserts the keys of a seed in its order; the admin key first, unless one of them is it. */
export function plantKeys(seed: Seed, adminKey: string | undefined, ground: Ground): void {
  const adminDigest = adminKey === undefined ? undefined : digest(adminKey)
  const isListed = seed.keys.some((key) => key.value_sha256 === adminDigest)
  if (adminKey !== undefined && !isListed) plantAdminKey(adminKey, ground)
  addKeys(seed.keys, ground)
}

/** Inserts keys in their order. */
export function addKeys(keys: readonly PlannedKey[], ground: Ground): void {
  const now = presentOf(ground.settings.clock)
  // What is listed further down must not be drawn before.
  const listed = new Set(keys.flatMap(({ id, value_sha256 }) => [id ?? [], value_sha256 ?? []].flat()))
  for (const key of keys) {
    for (let n = 1; n <= (key.generate ?? 1); n++) {
      const row = keyRow(key, n, now, listed, ground)
      if (!ground.store.insert(row)) throw new Error(`the id or the value of the key ${row.id} is there already`)
    }
  }
}

/** Inserts the key that clients are configured with, owned by the organization's user. */
export function plantAdminKey(value: string, ground: Ground): void {
  addKeys([{ name: 'Admin key', value_sha256: digest(value), redacted_value: redactedForm(value) }], ground)
}

/** The row of a key, or of the `n`-th that it stands for; relative times count from `now`, in Unix milliseconds. */
function keyRow(key: PlannedKey, n: number, now: number, listed: Set<string>, ground: Ground): NewKeyRow {
  const { store, randomness } = ground
  const created_at = unixSeconds(key.created_at, now) ?? Math.floor(now / 1000)
  const drawId = () => drawUntil(randomness.keyId, (id) => !listed.has(id) && store.byId(id) === undefined)
  // Where no value is known a random one is drawn, whose digest nobody can present.
  const isFree = ({ sha256 }: DrawnValue) => !listed.has(sha256) && store.byDigest(sha256) === undefined
  const drawn = key.value_sha256 === undefined ? drawUntil(() => drawValue(randomness), isFree) : undefined
  return toRow({
    id: key.id === undefined ? drawId() : numbered(key.id, key, n),
    name: key.name === null ? null : numbered(key.name, key, n),
    value_sha256: key.value_sha256 ?? drawn?.sha256 ?? '',
    redacted_value: key.redacted_value ?? redactedForm(drawn?.value ?? randomness.keyValue()),
    created_at,
    expires_at: unixSeconds(key.expires_at, now) ?? null,
    last_used_at: unixSeconds(key.last_used_at, now) ?? null,
    owner: ownerOf(key, created_at, now, ground),
    deleted: key.deleted === true,
  })
}

/** Draws until one is free: a seeded sequence may repeat what an earlier run stored. */
function drawUntil<Drawn>(draw: () => Drawn, isFree: (drawn: Drawn) => boolean): Drawn {
  let drawn = draw()
  while (!isFree(drawn)) drawn = draw()
  return drawn
}

interface DrawnValue {
  value: string
  sha256: string
}

function drawValue(randomness: Randomness): DrawnValue {
  const value = randomness.keyValue()
  return { value, sha256: digest(value) }
}

function ownerOf({ owner }: PlannedKey, keyCreatedAt: number, now: number, { settings, randomness }: Ground): Owner {
  if (owner === undefined) return defaultOwner(settings.organization)
  const { type = 'user', id, name, created_at } = owner
  return createOwner({
    type,
    id: id ?? (type === 'user' ? randomness.userId() : randomness.serviceAccountId()),
    name: name ?? (type === 'user' ? 'A user' : 'A service account'),
    created_at: unixSeconds(created_at, now) ?? keyCreatedAt,
  })
}

function unixSeconds(time: number | string | null | undefined, now: number): number | undefined {
  if (time === undefined || time === null) return undefined
  const read = readTime(time, now)
  return read === undefined ? undefined : Math.floor(read / 1000)
}

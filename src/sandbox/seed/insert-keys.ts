import { unixSeconds } from '../../common/time.ts'
import { createOwner, type Owner, toRow, toSeries } from '../../openai-api/admin-api-keys/key.ts'
import type { NewKeyRow } from '../../openai-api/admin-api-keys/store.ts'
import { parseRedactedValue, redactedFields, toParsableRedaction } from '../../openai-api/keys/redacted-value.ts'
import { digest } from '../../openai-api/keys/secret.ts'
import { createRandomness, type Randomness } from '../randomness.ts'
import type { Organization } from '../settings.ts'
import { expandIndex } from './expand-index.ts'
import type { ResolvedSeedKey } from './merge.ts'
import type { ListedTarget, SeedTarget } from './target.ts'

/** Returns the user of the organization as an owner of keys. */
export const defaultOwner = ({ user }: Organization): Owner => createOwner({ type: 'user', ...user })

/** Inserts admin keys in order, in steps. */
export function* insertKeys(keys: readonly ResolvedSeedKey[], target: ListedTarget): Generator<void> {
  for (const key of keys) {
    if (isSeries(key)) {
      yield* insertSeries(key, target)
      continue
    }
    for (let n = 1; n <= (key.generate ?? 1); n++) {
      insertKey(key, n, target)
      yield
    }
  }
}

function insertKey(key: ResolvedSeedKey, n: number, target: ListedTarget): void {
  const row = keyRow(key, n, target)
  if (!target.store.adminApiKeys.insert(row)) throw new Error(`the id or the value of the key ${row.id} already exists`)
}

type GeneratedKey = ResolvedSeedKey & { generate: number }

/** Returns whether an entry is for keys that differ only in id, name and value. */
const isSeries = (key: ResolvedSeedKey): key is GeneratedKey =>
  key.generate !== undefined && (key.owner === undefined || key.owner.id !== undefined)

// A chunk takes a few milliseconds.
const chunkSize = 500

function* insertSeries(key: GeneratedKey, target: ListedTarget): Generator<void> {
  const times = timesOf(key, target)
  const owner = ownerOf(key, times.created_at, target)
  const { id = null, name, scopes = null, generate } = key
  // Any value: all of them have the same start and length.
  const series = toSeries({ ...times, id, name, owner, scopes, value: createRandomness().keyValue() })
  const { store, randomness } = target
  for (let first = 1; first <= generate; first += chunkSize) {
    const count = Math.min(chunkSize, generate - first + 1)
    const ids = id === null ? Buffer.from(generateIds(count, target)) : null
    const values = randomness.unknownKeyValues({ first, count, total: generate }, isFreeValue(target))
    store.adminApiKeys.insertSeries(series, { first, count, ids, ...values })
    yield
  }
}

function generateIds(count: number, target: ListedTarget): string {
  const isFree = isFreeId(target)
  let ids = ''
  for (let n = 0; n < count; n++) ids += generateUnique(target.randomness.keyId, isFree)
  return ids
}

/** Inserts the key that clients are configured with, owned by the organization's user. */
export function insertAdminKey(value: string, target: SeedTarget & Partial<ListedTarget>): void {
  const key = { name: 'Admin key', value_sha256: digest(value), redacted_value: toParsableRedaction(value) }
  insertKey(key, 1, { isListed: () => false, ...target })
}

const isFreeId =
  ({ store, isListed, isNew }: ListedTarget) =>
  (id: string): boolean =>
    !isListed(id) && (isNew || store.adminApiKeys.byId(id) === undefined)

const isFreeValue =
  ({ store, isListed, isNew }: ListedTarget) =>
  (sha256: string): boolean =>
    !isListed(sha256) && (isNew || store.adminApiKeys.byDigest(sha256) === undefined)

/** Returns the row of a seed key, or of its `n`-th generated key. */
function keyRow(key: ResolvedSeedKey, n: number, target: ListedTarget): NewKeyRow {
  const { randomness } = target
  const times = timesOf(key, target)
  const isFree = isFreeValue(target)
  // A key whose value is unknown gets a random one, for which no value is known.
  const generated =
    key.value_sha256 === undefined
      ? generateUnique(
          () => generateValue(randomness),
          ({ sha256 }) => isFree(sha256),
        )
      : undefined
  return toRow({
    id: key.id === undefined ? generateUnique(randomness.keyId, isFreeId(target)) : expandIndex(key.id, key, n),
    name: key.name === null ? null : expandIndex(key.name, key, n),
    value_sha256: key.value_sha256 ?? generated?.sha256 ?? '',
    ...(key.redacted_value === undefined
      ? redactedFields(generated?.value ?? randomness.keyValue())
      : parseRedactedValue(key.redacted_value)),
    ...times,
    owner: ownerOf(key, times.created_at, target),
    deleted: key.deleted === true,
    scopes: key.scopes ?? null,
  })
}

function timesOf(key: ResolvedSeedKey, { now }: SeedTarget) {
  const expires_at = unixSeconds(key.expires_at, now) ?? null
  return {
    // An expired key was created earlier.
    created_at: unixSeconds(key.created_at, now) ?? Math.min(Math.floor(now / 1000), expires_at ?? now),
    expires_at,
    last_used_at: unixSeconds(key.last_used_at, now) ?? null,
  }
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

function ownerOf({ owner }: ResolvedSeedKey, keyCreatedAt: number, { settings, randomness, now }: SeedTarget): Owner {
  if (owner === undefined) return defaultOwner(settings.organization)
  const { type = 'user', id, name, created_at } = owner
  return createOwner({
    type,
    id: id ?? (type === 'user' ? randomness.userId() : randomness.serviceAccountId()),
    name: name ?? (type === 'user' ? 'A user' : 'A service account'),
    created_at: unixSeconds(created_at, now) ?? keyCreatedAt,
  })
}

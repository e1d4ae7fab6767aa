import fc from 'fast-check'

/** When all of it happens, in Unix seconds. */
export const now = Date.UTC(2026, 0, 1) / 1000

/** A key as a seed says it. */
export interface SeedKey {
  id: string
  name: string | null
  value: string
  created_at: number
  expires_at: number | null
  last_used_at: number | null
  deleted: boolean
  owner?: { type: 'service_account'; name: string }
}

const near = fc.integer({ min: -2, max: 2 }).map((seconds) => now + seconds)

const key = fc.record(
  {
    name: fc.option(fc.string({ unit: 'grapheme', maxLength: 10 })),
    created_at: near,
    expires_at: fc.option(near, { freq: 2 }),
    last_used_at: fc.option(near),
    deleted: fc.nat({ max: 3 }).map((n) => n === 0),
    owner: fc.constant({ type: 'service_account' as const, name: 'bot' }),
  },
  { requiredKeys: ['name', 'created_at', 'expires_at', 'last_used_at', 'deleted'] },
)

/** Keys of about one time, in order of insertion, some deleted, some expired. */
export const population = (most: number): fc.Arbitrary<SeedKey[]> =>
  fc
    .array(key, { maxLength: most, size: 'max' })
    .map((keys) => keys.map((each, n) => ({ ...each, id: `key_${n}`, value: `sk-admin-value-of-key-${n}` })))

/** More keys than a page may hold, all of one second. */
export const hundred: SeedKey[] = Array.from({ length: 110 }, (_, n) => ({
  id: `key_${n}`,
  name: null,
  value: `sk-admin-value-of-key-${n}`,
  created_at: now,
  expires_at: null,
  last_used_at: null,
  deleted: false,
}))

/** The seed of a sandbox that is called by a key of its own, which is the first to be listed. */
export const seedOf = (keys: SeedKey[]) => ({
  clock: { now, frozen: true },
  keys: [{ id: 'key_admin', name: 'Admin key', value: 'sk-admin-local', created_at: 0 }, ...keys],
})

/** The ids that a list shows, in order. */
export function listed(keys: SeedKey[], order: 'asc' | 'desc'): string[] {
  const all = [{ id: 'key_admin', created_at: 0, deleted: false }, ...keys]
  const ids = all
    .filter(({ deleted }) => !deleted)
    .toSorted((a, b) => a.created_at - b.created_at)
    .map(({ id }) => id)
  return order === 'asc' ? ids : ids.reverse()
}

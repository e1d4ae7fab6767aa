import fc from 'fast-check'

/** The frozen clock of the seeds, in Unix seconds. */
export const now = Date.UTC(2026, 0, 1) / 1000

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

const nearNow = fc.integer({ min: -2, max: 2 }).map((seconds) => now + seconds)

const key = fc
  .record(
    {
      name: fc.option(fc.string({ unit: 'grapheme', maxLength: 10 })),
      created_at: nearNow,
      expires_at: fc.option(nearNow, { freq: 2 }),
      last_used_at: fc.option(nearNow),
      deleted: fc.nat({ max: 3 }).map((n) => n === 0),
      owner: fc.constant({ type: 'service_account' as const, name: 'bot' }),
    },
    { requiredKeys: ['name', 'created_at', 'expires_at', 'last_used_at', 'deleted'] },
  )
  .map(({ expires_at, ...rest }) => ({
    ...rest,
    // A key that expires before it is created is a mistake.
    expires_at: expires_at === null ? null : Math.max(expires_at, rest.created_at),
  }))

/** Keys created within a few seconds, in order of insertion; some are deleted, some expired. */
export const seedKeys = (maxLength: number): fc.Arbitrary<SeedKey[]> =>
  fc
    .array(key, { maxLength, size: 'max' })
    .map((keys) => keys.map((each, n) => ({ ...each, id: `key_${n}`, value: `sk-admin-value-of-key-${n}` })))

/** More keys than the largest page, all with the same `created_at`. */
export const manyKeys: SeedKey[] = Array.from({ length: 110 }, (_, n) => ({
  id: `key_${n}`,
  name: null,
  value: `sk-admin-value-of-key-${n}`,
  created_at: now,
  expires_at: null,
  last_used_at: null,
  deleted: false,
}))

/** Returns a seed with those keys and the admin key of the tests, which is the oldest and so listed first. */
export const seedWith = (keys: SeedKey[]) => ({
  clock: { now, frozen: true },
  keys: [{ id: 'key_admin', name: 'Admin key', value: 'sk-admin-local', created_at: 0 }, ...keys],
})

/** Returns the ids in the order in which a list must return them. */
export function listedIds(keys: SeedKey[], order: 'asc' | 'desc'): string[] {
  const all = [{ id: 'key_admin', created_at: 0, deleted: false }, ...keys]
  const ids = all
    .filter(({ deleted }) => !deleted)
    .toSorted((a, b) => a.created_at - b.created_at)
    .map(({ id }) => id)
  return order === 'asc' ? ids : ids.reverse()
}

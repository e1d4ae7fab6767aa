const secondsPerWeek = 7 * 24 * 60 * 60

/** The kinds of keys. Ids are unique only within a kind. */
export const keyTypes = ['admin', 'project'] as const
export type KeyType = (typeof keyTypes)[number]

/** What a key is by the sandbox's clock. */
export const keyStates = ['active', 'expiring', 'expired', 'deleted'] as const
export type KeyState = (typeof keyStates)[number]

export type KeyCounts = Record<KeyState, number>

/** When a key is expiring: within seven days. In Unix seconds. */
export const endOfExpiring = (now: number): number => now + secondsPerWeek

export function stateOf(key: { deleted: boolean; expires_at: number | null }, now: number): KeyState {
  if (key.deleted) return 'deleted'
  const { expires_at } = key
  if (expires_at === null || expires_at > endOfExpiring(now)) return 'active'
  return expires_at > now ? 'expiring' : 'expired'
}

/** SQL: whether a key that is not deleted is in a state. Parameters: `@now`, and `@soon`, the end of expiring. */
export const stateConditions: Record<Exclude<KeyState, 'deleted'>, string> = {
  active: '(expires_at IS NULL OR expires_at > @soon)',
  expiring: '(expires_at > @now AND expires_at <= @soon)',
  expired: 'expires_at <= @now',
}

/** SQL: when the state of a key that is not deleted changes next; NULL for never. */
export const nextStateChange = `CASE WHEN expires_at <= @now THEN NULL WHEN expires_at <= @soon THEN expires_at
  ELSE expires_at - ${secondsPerWeek} END`

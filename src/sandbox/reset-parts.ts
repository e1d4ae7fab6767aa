/** What a reset may be limited to. */
export const resettables = ['keys', 'journal', 'faults', 'clock', 'behavior', 'random'] as const
export type Resettable = (typeof resettables)[number]

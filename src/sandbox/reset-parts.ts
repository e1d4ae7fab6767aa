/** What a reset may be limited to. */
export const resetParts = ['keys', 'journal', 'faults', 'clock', 'behavior', 'random'] as const
export type ResetPart = (typeof resetParts)[number]

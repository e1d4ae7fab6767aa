/** The parts of a sandbox to which a reset can be limited. */
export const resetParts = ['keys', 'journal', 'faults', 'clock', 'behavior', 'random'] as const
export type ResetPart = (typeof resetParts)[number]

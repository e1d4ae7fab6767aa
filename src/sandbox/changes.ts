import { Listeners } from '../common/listeners.ts'

/** What can change without a reset: `journal` was cleared, and `sandboxes` is the list of all. */
export const changeableParts = [
  'keys',
  'projects',
  'audit_logs',
  'faults',
  'clock',
  'behavior',
  'snapshots',
  'sandboxes',
  'journal',
] as const
export type ChangeablePart = (typeof changeableParts)[number]

/** A part of a sandbox has changed; or it was reset, restored or replaced, as a whole or in part. */
export type SandboxChange = ChangeablePart | 'reset'

/** Tells viewers of a sandbox which part to read again. */
export const createChanges = (): Listeners<[SandboxChange]> => new Listeners()

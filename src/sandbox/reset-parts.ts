import type { Settings } from './settings.ts'

/** The parts of a sandbox to which a reset can be limited. */
export const resetParts = ['keys', 'journal', 'faults', 'clock', 'behavior', 'random'] as const
export type ResetPart = (typeof resetParts)[number]

/** Returns the current settings with the named parts of the initial ones. */
export function resetSettings(current: Settings, initial: Settings, parts: readonly ResetPart[]): Settings {
  const from = (part: ResetPart) => (parts.includes(part) ? initial : current)
  return {
    organization: current.organization,
    behavior: from('behavior').behavior,
    clock: from('clock').clock,
    at_ms: from('clock').at_ms,
    random_positions: from('random').random_positions,
    models: current.models,
  }
}

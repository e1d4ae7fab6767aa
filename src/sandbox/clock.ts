import { systemNow } from '../common/clock.ts'

/** A sandbox clock relative to the system clock, in milliseconds. */
export type ClockSetting = { offset_ms: number } | { frozen_at_ms: number }

export const isFrozen = (setting: ClockSetting): boolean => 'frozen_at_ms' in setting

/** Returns the current time of a clock, in Unix milliseconds. */
export const timeOf = (setting: ClockSetting): number =>
  'frozen_at_ms' in setting ? setting.frozen_at_ms : systemNow() + setting.offset_ms

/** Returns the setting of a clock that shows `now` (Unix milliseconds), frozen or running. */
export const clockSettingAt = (now: number, frozen: boolean): ClockSetting =>
  frozen ? { frozen_at_ms: now } : { offset_ms: now - systemNow() }

/** Returns the setting of a clock set back to `capturedAt`; one that was never set stays the system clock. */
export const restoredSetting = (setting: ClockSetting, capturedAt: number): ClockSetting =>
  'offset_ms' in setting && setting.offset_ms !== 0 ? clockSettingAt(capturedAt, false) : setting

export interface Clock {
  /** Returns Unix milliseconds. */
  now(): number
  /** Returns whole Unix seconds, as in API responses. */
  unix(): number
}

/** Returns the clock of a sandbox, from which all of its timestamps and expiries come. */
export function createClock(setting: () => ClockSetting): Clock {
  const now = () => timeOf(setting())
  return { now, unix: () => Math.floor(now() / 1000) }
}

/** How a sandbox's clock stands to the system's, in milliseconds. */
export type ClockSetting = { offset_ms: number } | { frozen_at_ms: number }

/** The system's time, in Unix milliseconds. Only this file asks for it. */
export const systemNow = (): number => Date.now()

/** Real milliseconds that never run backwards, for durations. */
export const monotonicNow = (): number => performance.now()

export interface Clock {
  setting: ClockSetting
  /** Unix milliseconds. */
  now(): number
  /** Whole Unix seconds, as on the wire. */
  unix(): number
}

/** The time of one sandbox. Every timestamp and every expiry in it comes from here. */
export function createClock(setting: ClockSetting): Clock {
  const clock: Clock = {
    setting,
    now: () => ('frozen_at_ms' in clock.setting ? clock.setting.frozen_at_ms : systemNow() + clock.setting.offset_ms),
    unix: () => Math.floor(clock.now() / 1000),
  }
  return clock
}

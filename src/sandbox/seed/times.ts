/** The last second of the year 9999, in Unix seconds. */
export const latest = 253_402_300_799

const secondsIn = { s: 1, m: 60, h: 3600, d: 86_400 }

/**
 * A time of a seed in Unix milliseconds: from Unix seconds, ISO 8601, or relative to `now` (Unix milliseconds).
 * `undefined` for what the calendar does not have (the 30th of February) or what lies outside of 1970 to 9999.
 */
export function readTime(time: number | string, now: number): number | undefined {
  const read = typeof time === 'number' ? time * 1000 : (readRelative(time, now) ?? readIso(time))
  return read >= 0 && read < (latest + 1) * 1000 ? read : undefined
}

function readRelative(text: string, now: number): number | undefined {
  const [, amount, unit] = /^([+-]\d+)([smhd])$/.exec(text) ?? []
  if (amount === undefined || unit === undefined) return undefined
  return now + Number(amount) * secondsIn[unit as keyof typeof secondsIn] * 1000
}

function readIso(text: string): number {
  const day = text.slice(0, 10)
  // Some engines take the 30th of February for the 2nd of March.
  const isInCalendar = !Number.isNaN(Date.parse(day)) && new Date(day).toISOString().startsWith(day)
  return isInCalendar ? Date.parse(text) : Number.NaN
}

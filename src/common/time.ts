/** The last second of a year, in Unix seconds. */
const lastSecondOf = (year: number) => Date.UTC(year + 1, 0) / 1000 - 1

/**
 * The latest times accepted, in Unix seconds. The gaps make sure that a key created with the longest expiry at the latest
 * clock setting can be exported and loaded again.
 */
export const latestSecond = {
  /** For the timestamps of a key. */
  key: lastSecondOf(9999),
  /** For the clock in a seed. */
  clock: lastSecondOf(9998),
  /** For the clock control; the clock can run for another year. */
  setting: lastSecondOf(9997),
}

/**
 * Returns a time in Unix milliseconds: from Unix seconds, ISO 8601, or relative to `now` (Unix milliseconds). Undefined if the
 * calendar lacks it (February 30) or it is not between 1970 and the second `last`.
 */
export function parseTime(time: number | string, now: number, last = latestSecond.key): number | undefined {
  const milliseconds = typeof time === 'number' ? time * 1000 : (parseRelative(time, now) ?? parseIso(time))
  return isInRange(milliseconds, last) ? milliseconds : undefined
}

/** Returns whether Unix milliseconds are between 1970 and the end of the second `last`. */
export const isInRange = (milliseconds: number, last: number): boolean =>
  milliseconds >= 0 && milliseconds < (last + 1) * 1000

/** Milliseconds per unit. */
export const durationUnits = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Returns a duration such as "30d" or "-1h" in milliseconds; NaN for another text. */
export function parseDuration(duration: string): number {
  const [, amount, unit] = /^([+-]?\d[\d.]*)(ms|[smhd])$/.exec(duration) ?? []
  return Number(amount) * durationUnits[unit as keyof typeof durationUnits]
}

function parseRelative(text: string, now: number): number | undefined {
  return /^[+-]\d+[smhd]$/.test(text) ? now + parseDuration(text) : undefined
}

function parseIso(text: string): number {
  const day = text.slice(0, 10)
  // Date.parse turns February 30 into March 2.
  const isInCalendar = !Number.isNaN(Date.parse(day)) && new Date(day).toISOString().startsWith(day)
  return isInCalendar ? Date.parse(text) : Number.NaN
}

/** Returns a time of a seed in Unix seconds; relative times count from `now`, in Unix milliseconds. Undefined if absent or invalid. */
export function unixSeconds(time: number | string | null | undefined, now: number): number | undefined {
  if (time === undefined || time === null) return undefined
  const milliseconds = parseTime(time, now)
  return milliseconds === undefined ? undefined : Math.floor(milliseconds / 1000)
}

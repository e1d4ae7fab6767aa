import * as Type from 'typebox'

/** The last second of a year, in Unix seconds. */
const lastSecondOf = (year: number) => Date.UTC(year + 1, 0) / 1000 - 1

/** How far times go. Below it a key that is made with the longest expiry can be exported and read back. */
export const latestSecond = {
  /** Of a key. */
  time: lastSecondOf(9999),
  /** Of a clock that is read back. */
  clock: lastSecondOf(9998),
  /** To which a clock can be set, from where it may run on for a year. */
  setting: lastSecondOf(9997),
}

/**
 * A time of a seed in Unix milliseconds: from Unix seconds, ISO 8601, or relative to `now` (Unix milliseconds).
 * `undefined` for what the calendar does not have (the 30th of February) or what lies outside of 1970 and the `last` second.
 */
export function parseTime(time: number | string, now: number, last = latestSecond.time): number | undefined {
  const milliseconds = typeof time === 'number' ? time * 1000 : (parseRelative(time, now) ?? parseIso(time))
  return isInRange(milliseconds, last) ? milliseconds : undefined
}

/** Whether Unix milliseconds lie between 1970 and the end of the `last` second. */
export const isInRange = (milliseconds: number, last: number): boolean =>
  milliseconds >= 0 && milliseconds < (last + 1) * 1000

const date = '(19[7-9][0-9]|[2-9][0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])'
const clockTime = '[0-2][0-9]:[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?'
const zone = '([Zz]|[+-]([01][0-9]|2[0-3]):?[0-5][0-9])'

/** A time as an absolute one is written, for bodies and seeds. */
export const timestampSchemas = (last: number): [Type.TInteger, Type.TString] => [
  Type.Integer({ minimum: 0, maximum: last }),
  Type.String({ pattern: `^${date}([Tt ]${clockTime}${zone})?$` }),
]

/** The time of a clock. */
export const Timestamp = (last: number) =>
  Type.Union(timestampSchemas(last), {
    description: `Unix seconds (0 to ${last}), or an ISO 8601 date from 1970 on, or time with its zone ("2026-01-01T00:00:00Z")`,
  })

const unitsInMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** An amount of time in milliseconds: of seconds, or of a text such as `30d`, `-1h`. */
export function parseDuration(amount: number | string): number {
  if (typeof amount === 'number') return amount * 1000
  const [, number, unit] = /^([+-]?[\d.]+)(ms|[smhd])$/.exec(amount) ?? []
  return Number(number) * unitsInMs[unit as keyof typeof unitsInMs]
}

function parseRelative(text: string, now: number): number | undefined {
  return /^[+-]\d+[smhd]$/.test(text) ? now + parseDuration(text) : undefined
}

function parseIso(text: string): number {
  const day = text.slice(0, 10)
  // Some engines take the 30th of February for the 2nd of March.
  const isInCalendar = !Number.isNaN(Date.parse(day)) && new Date(day).toISOString().startsWith(day)
  return isInCalendar ? Date.parse(text) : Number.NaN
}

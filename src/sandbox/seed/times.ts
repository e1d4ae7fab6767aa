import * as Type from 'typebox'

/** The last second of the year 9999, in Unix seconds. */
export const latest = 253_402_300_799

/**
 * A time of a seed in Unix milliseconds: from Unix seconds, ISO 8601, or relative to `now` (Unix milliseconds).
 * `undefined` for what the calendar does not have (the 30th of February) or what lies outside of 1970 to 9999.
 */
export function readTime(time: number | string, now: number): number | undefined {
  const read = typeof time === 'number' ? time * 1000 : (readRelative(time, now) ?? readIso(time))
  return read >= 0 && read < (latest + 1) * 1000 ? read : undefined
}

/** A time as an absolute one is written, for bodies and seeds. */
export const moment: [Type.TInteger, Type.TString] = [
  Type.Integer({ minimum: 0, maximum: latest }),
  Type.String({ pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9:.]+([Zz]|[+-][0-9]{2}:?[0-9]{2}))?$' }),
]

export const Moment = Type.Union(moment, {
  description: 'Unix seconds (0 to 253402300799) or an ISO 8601 date, or time with its zone ("2026-01-01T00:00:00Z")',
})

const unitsInMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** An amount of time in milliseconds: of seconds, or of a text such as `30d`, `-1h`. */
export function readAmount(amount: number | string): number {
  if (typeof amount === 'number') return amount * 1000
  const [, number, unit] = /^([+-]?[\d.]+)(ms|[smhd])$/.exec(amount) ?? []
  return Number(number) * unitsInMs[unit as keyof typeof unitsInMs]
}

function readRelative(text: string, now: number): number | undefined {
  return /^[+-]\d+[smhd]$/.test(text) ? now + readAmount(text) : undefined
}

function readIso(text: string): number {
  const day = text.slice(0, 10)
  // Some engines take the 30th of February for the 2nd of March.
  const isInCalendar = !Number.isNaN(Date.parse(day)) && new Date(day).toISOString().startsWith(day)
  return isInCalendar ? Date.parse(text) : Number.NaN
}

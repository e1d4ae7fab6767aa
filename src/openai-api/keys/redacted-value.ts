import { mask, maxUnmaskedLength, toRedactedValue } from '../../common/redaction.ts'
import type { Behavior } from '../behavior.ts'

/** The stored parts of a value, from which both redacted forms are built (behavior `redaction`). */
export interface RedactedFields {
  redacted_value: string
  /** Null if the value has no masked form, or its masked form is unknown. */
  mask: Mask | null
}

export interface Mask {
  value_length: number
  fourth_last: string
}

// A longer value does not fit in a header.
const maxMaskedLength = 16_384

// The masked form would show all of a short value.
const hasMaskedForm = (length: number) => length > maxUnmaskedLength && length <= maxMaskedLength

/** Returns the parts of a value to store. Also takes a masked value, which has the same length, start and end. */
export const redactedFields = (value: string): RedactedFields => ({
  redacted_value: toRedactedValue(value),
  mask: hasMaskedForm(value.length) ? { value_length: value.length, fourth_last: value.at(-4) ?? '' } : null,
})

/** Returns a text that `parseRedactedValue` turns into the same fields as `redactedFields` does with the value. */
export const toParsableRedaction = (value: string): string =>
  hasMaskedForm(value.length) ? mask(value) : toRedactedValue(value)

const maskedPattern = /^[ -~]{8}\*+[ -~]{4}$/

/** Returns the parts to store of a `redacted_value` in a seed. One that is not masked is the same in both forms. */
export const parseRedactedValue = (text: string): RedactedFields =>
  hasMaskedForm(text.length) && maskedPattern.test(text) ? redactedFields(text) : { redacted_value: text, mask: null }

/** Returns whether stored fields are consistent with `redactedFields`. */
export function isIntactRedaction(redacted_value: string, { value_length, fourth_last }: StoredMask): boolean {
  if (value_length === null || fourth_last === null) return value_length === fourth_last
  return hasMaskedForm(value_length) && /^[ -~]$/.test(fourth_last) && /^[ -~]{8}\.{3}[ -~]{3}$/.test(redacted_value)
}

export type StoredMask = Mask | Record<keyof Mask, null>

const shown = `json ->> '$.redacted_value'`
const maskedValue = `format('%s%.*c%s%s', substr(${shown}, 1, 8), value_length - ${maxUnmaskedLength}, '*', fourth_last, substr(${shown}, -3))`

/** SQL: the JSON of a key as the API returns it with each value of the behavior. */
export const jsonColumns: Record<Behavior['redaction'], string> = {
  documented: 'json',
  masked: `iif(value_length IS NULL, json, json_set(json, '$.redacted_value', ${maskedValue}))`,
}

/** Returns the redacted form of a stored value. */
export function redactedValueOf(
  redacted_value: string,
  { value_length, fourth_last }: StoredMask,
  redaction: Behavior['redaction'],
): string {
  if (redaction === 'documented' || value_length === null) return redacted_value
  const hidden = '*'.repeat(value_length - maxUnmaskedLength)
  return `${redacted_value.slice(0, 8)}${hidden}${fourth_last}${redacted_value.slice(-3)}`
}

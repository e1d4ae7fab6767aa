import { mask, maxUnmaskedLength, toRedactedValue } from '../../common/redaction.ts'
import type { Behavior } from '../behavior.ts'
import type { Json } from '../json-text.ts'

// Keys are stored with the masked form: the documented one can be derived from it, but not the other way round.

/** Returns the redacted form of a value to store. Masking would leave all of a short value visible. */
export const toStoredRedactedValue = (value: string): string =>
  value.length <= maxUnmaskedLength ? toRedactedValue(value) : mask(value)

// A printable ASCII character in JSON. No id or name contains the field's quotes unescaped.
const character = String.raw`(?:[ !#-\[\]-~]|\\["\\])`
const maskedField = new RegExp(String.raw`(,"redacted_value":"${character}{8})\*+${character}(${character}{3}",)`, 'g')

/**
 * Returns the JSON of stored keys with each `redacted_value` in the form that the behavior selects. What a seed gives in
 * any other form than the masked one stays unchanged.
 */
export const withRedaction = <Shape>(json: Json<Shape>, redaction: Behavior['redaction']): Json<Shape> =>
  redaction === 'masked' ? json : json.replace(maskedField, '$1...$2')

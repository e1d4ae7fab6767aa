import * as Type from 'typebox'

const date = '(19[7-9][0-9]|[2-9][0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])'
const timeOfDay = '[0-2][0-9]:[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?'
const zone = '([Zz]|[+-]([01][0-9]|2[0-3]):?[0-5][0-9])'

/** The forms of an absolute time: Unix seconds up to `last`, or ISO 8601. */
export const timestampSchemas = (last: number): [Type.TInteger, Type.TString] => [
  Type.Integer({ minimum: 0, maximum: last }),
  Type.String({ pattern: `^${date}([Tt ]${timeOfDay}${zone})?$` }),
]

/** An absolute time. */
export const Timestamp = (last: number) =>
  Type.Union(timestampSchemas(last), {
    description: `Unix seconds (0 to ${last}), or an ISO 8601 date from 1970 on, or time with its zone ("2026-01-01T00:00:00Z")`,
  })

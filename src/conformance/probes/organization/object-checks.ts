import { checkEqual, checkThat } from '../../checks/check-result.ts'
import { describeFormat, describeType, fieldDifferences, safeWord } from '../../checks/describe.ts'
import { type Check, isError } from '../../checks/response-checks.ts'
import { keysOf, textAt, valueAt } from '../../client/response.ts'

/** Expects a field to have exactly this value, which the report shows. */
export const hasValue =
  (field: string, expected: string | null): Check =>
  ({ body }) => {
    const actual = valueAt(body, field)
    return checkEqual(`${field} ${expected}`, `${field} ${actual === expected ? expected : safeWord(actual)}`)
  }

/** Expects a field to have exactly this value, which the report does not show. */
export const hasText =
  (field: string, expected: string): Check =>
  ({ body }) => {
    const actual = valueAt(body, field)
    return checkThat(actual === expected, `${field} as given`, `a different ${field}, ${describeType(actual)}`)
  }

/** Expects a text of a prefix and `length` characters of the API's alphabet. */
export const hasFormat =
  (prefix: string, length: number, ...path: string[]): Check =>
  ({ body }) => {
    const text = textAt(body, ...path)
    const ok = text.startsWith(prefix) && new RegExp(`^[A-Za-z0-9_-]{${length}}$`).test(text.slice(prefix.length))
    return checkThat(
      ok,
      `${prefix} and ${length} characters A-Z a-z 0-9 _ -`,
      describeFormat(valueAt(body, ...path), prefix),
    )
  }

export const hasInteger =
  (field: string): Check =>
  ({ body }) => {
    const actual = valueAt(body, field)
    return checkThat(Number.isInteger(actual), `${field} an integer`, `${field} ${describeType(actual)}`)
  }

/** Expects the confirmation of a deletion. The order of its fields is not checked: the published schemas differ in it. */
export const isDeletion =
  (object: string, id: string): Check =>
  ({ body }) => {
    const expected = 'its id, object, deleted true'
    const differences = fieldDifferences(body, ['object', 'id', 'deleted'])
    if (differences !== '' && differences !== 'in a different order') return checkThat(false, expected, differences)
    const isObject = valueAt(body, 'id') === id && valueAt(body, 'object') === object
    const isDeleted = valueAt(body, 'deleted') === true
    return checkThat(isObject && isDeleted, expected, isObject ? 'not deleted true' : 'a different id or object')
  }

/** Expects every object of a list to have one of these values in a field. */
export const everyItemHas =
  (field: string, values: readonly unknown[], expected: string): Check =>
  (response) => {
    const wrong = keysOf(response).find((item) => !values.includes(valueAt(item, field)))
    return checkThat(wrong === undefined, expected, `${field} ${safeWord(valueAt(wrong, field))}`)
  }

export const isInvalid = (param: string) => isError({ status: 400, param, code: 'invalid_value' })

export const isNotBoolean = (param: string) =>
  isError({
    status: 400,
    param,
    code: 'invalid_type',
    message: `Invalid type for '${param}': expected a boolean, but got a string instead.`,
  })

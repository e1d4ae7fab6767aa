import { type HttpResponse, isObject, valueAt } from '../client/response.ts'

// The texts about a response in the report. Everything that a server words itself passes through `safeWord`.

/** Returns the type of a value in words, such as "a string", "null" or "an array". */
export function describeType(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'an integer' : 'a decimal number'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

// The codes, types and field names of the API are lower-case words without digits; ids and values are not.
const plainWordPattern = /^[a-z]{1,24}([_.][a-z]{1,24}){0,5}$/

/** Returns a code, a type or a field name as it is; of anything that may be confidential, only the type. */
export function safeWord(value: unknown): string {
  if (value === null) return 'null'
  return typeof value === 'string' && plainWordPattern.test(value) ? value : `(${describeType(value)})`
}

const errorFields = 'message, type, param, code'

/** Describes a response by its status and the structure of its body. */
export function describeResponse({ status, text, body }: HttpResponse): string {
  if (text === '') return `${status}, empty`
  if (body === undefined) return `${status}, not JSON`
  const error = valueAt(body, 'error')
  if (typeof error === 'string') return `${status}, error is a string`
  if (!isObject(error)) return `${status} ${describeFields(body)}`
  const isOnlyField = Object.keys(body as object).length === 1
  return `${describeError(status, error)}${isOnlyField ? '' : ` in ${describeFields(body)}`}`
}

/** Describes an error object, except for its message. */
export function describeError(status: number, error: unknown): string {
  const { type, param, code } = error as Record<string, unknown>
  const fields = fieldNames(error)
  const typeText = type === 'invalid_request_error' ? '' : ` type ${safeWord(type)}`
  const paramText = param === null ? '' : `, param ${safeWord(param)}`
  return `${status}${typeText} code ${safeWord(code)}${paramText}${fields === errorFields ? '' : `, fields ${fields}`}`
}

const maxFields = 12

const fieldNames = (value: unknown): string => {
  const names = Object.keys(value as object).map(safeWord)
  return names.length > maxFields ? `${names.length} fields` : names.join(', ')
}

const describeFields = (value: unknown): string =>
  isObject(value) && !Array.isArray(value) ? `{${fieldNames(value)}}` : describeType(value)

/** Describes how the fields of an object differ from the expected ones in the expected order; "" if they do not. */
export function fieldDifferences(value: unknown, expected: readonly string[]): string {
  if (!isObject(value) || Array.isArray(value)) return describeType(value)
  const names = Object.keys(value)
  const missing = expected.filter((name) => !names.includes(name))
  const additional = names.filter((name) => !expected.includes(name))
  if (missing.length > 0) return `missing ${missing.join(', ')}`
  if (additional.length > 0) return `additional ${additional.slice(0, maxFields).map(safeWord).join(', ')}`
  return names.join() === expected.join() ? '' : 'in a different order'
}

const alphabets = [
  ['lowercase hexadecimal digits', /^[0-9a-f]+$/],
  ['characters A-Z a-z 0-9', /^[A-Za-z0-9]+$/],
  ['characters A-Z a-z 0-9 _ -', /^[\w-]+$/],
] as const

/** Describes a text that should start with `prefix`: the length of the rest, and its alphabet. */
export function describeFormat(text: unknown, prefix: string): string {
  if (typeof text !== 'string') return describeType(text)
  if (!text.startsWith(prefix)) return `${text.length} characters, not starting with ${prefix}`
  const rest = text.slice(prefix.length)
  const [alphabet] = alphabets.find(([, pattern]) => pattern.test(rest)) ?? ['other characters']
  return `${prefix === '' ? '' : `${prefix} and `}${rest.length} ${alphabet}`
}

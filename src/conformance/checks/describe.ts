import { type Answer, at, isObject } from '../client/response.ts'

// What is said of an answer in a report. All that a server words passes through `word`.

/** "a string", "null", "an array": what a value is. */
export function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'an integer' : 'a decimal number'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

// As codes, types and fields of the API are: lower-case words without a digit, so no id and no value.
const plainWord = /^[a-z]{1,24}([_.][a-z]{1,24}){0,5}$/

/** A code, a type or the name of a field; what could be anything else is told by its kind alone. */
export function word(value: unknown): string {
  if (value === null) return 'null'
  return typeof value === 'string' && plainWord.test(value) ? value : `(${kindOf(value)})`
}

const errorFields = 'message, type, param, code'

/** What an answer is: its status, and the shape of its body. */
export function describe({ status, text, body }: Answer): string {
  if (text === '') return `${status}, empty`
  if (body === undefined) return `${status}, no JSON`
  const error = at(body, 'error')
  if (typeof error === 'string') return `${status}, error a string`
  if (!isObject(error)) return `${status} ${fieldsOf(body)}`
  const isAlone = Object.keys(body as object).length === 1
  return `${describeError(status, error)}${isAlone ? '' : ` in ${fieldsOf(body)}`}`
}

/** What is to be seen of an error but for its sentence. */
export function describeError(status: number, error: unknown): string {
  const { type, param, code } = error as Record<string, unknown>
  const fields = fieldNames(error)
  const kind = type === 'invalid_request_error' ? '' : ` type ${word(type)}`
  const odd = fields === errorFields ? '' : `, fields ${fields}`
  return `${status}${kind} code ${word(code)}${param === null ? '' : `, param ${word(param)}`}${odd}`
}

const mostFields = 12

const fieldNames = (value: unknown): string => {
  const names = Object.keys(value as object).map(word)
  return names.length > mostFields ? `${names.length} fields` : names.join(', ')
}

const fieldsOf = (value: unknown): string =>
  isObject(value) && !Array.isArray(value) ? `{${fieldNames(value)}}` : kindOf(value)

/** How the fields of an object differ from those it should have, in that order; "" where they do not. */
export function unlikeFields(value: unknown, expected: readonly string[]): string {
  if (!isObject(value) || Array.isArray(value)) return kindOf(value)
  const names = Object.keys(value)
  const missing = expected.filter((name) => !names.includes(name))
  const more = names.filter((name) => !expected.includes(name))
  if (missing.length > 0) return `without ${missing.join(', ')}`
  if (more.length > 0) return `with ${more.slice(0, mostFields).map(word).join(', ')} as well`
  return names.join() === expected.join() ? '' : 'in another order'
}

const alphabets = [
  ['lower-case hexadecimal digits', /^[0-9a-f]+$/],
  ['of A-Z a-z 0-9', /^[A-Za-z0-9]+$/],
  ['of A-Z a-z 0-9 _ -', /^[\w-]+$/],
] as const

/** The form of a text that should begin with `prefix`: how long the rest is, and of what. */
export function formOf(text: unknown, prefix: string): string {
  if (typeof text !== 'string') return kindOf(text)
  if (!text.startsWith(prefix)) return `${text.length} characters, not ${prefix} first`
  const rest = text.slice(prefix.length)
  const [alphabet] = alphabets.find(([, pattern]) => pattern.test(rest)) ?? ['others']
  return `${prefix === '' ? '' : `${prefix} and `}${rest.length} ${alphabet}`
}

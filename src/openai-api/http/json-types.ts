/** "a string", "an integer": the name of a JSON type as the API's sentences use it. */
export const withArticle = (type: string): string => `${/^[aio]/.test(type) ? 'an' : 'a'} ${type}`

/** The kind of a JSON value in the words of the API: "a decimal number", "an array", "null". */
export function jsonTypeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'an integer' : 'a decimal number'
  return withArticle(typeof value)
}

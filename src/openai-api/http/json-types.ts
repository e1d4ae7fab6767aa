/** Returns the name of a JSON type with its article, as in the API's messages: "a string", "an integer". */
export const withArticle = (type: string): string => `${/^[aio]/.test(type) ? 'an' : 'a'} ${type}`

/** Returns the type of a JSON value in the words of the API: "a decimal number", "an array", "null". */
export function jsonTypeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'an integer' : 'a decimal number'
  return withArticle(typeof value)
}

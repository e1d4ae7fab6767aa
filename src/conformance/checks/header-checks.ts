import { checkEqual, checkThat } from './check-result.ts'
import { describeFormat } from './describe.ts'
import type { Check } from './response-checks.ts'

export const hasHeader =
  (name: string, expected: string): Check =>
  ({ headers }) => {
    const actual = headers[name]
    const otherwise = actual === undefined ? `no ${name}` : `a different ${name}`
    return checkThat(actual === expected, `${name} ${expected}`, otherwise)
  }

/** Expects a header that is `prefix` followed by a match of `rest`. `format` describes both in words. */
export const hasHeaderFormat =
  (name: string, prefix: string, rest: RegExp, format: string): Check =>
  ({ headers }) => {
    const actual = headers[name]
    const ok = actual?.startsWith(prefix) === true && rest.test(actual.slice(prefix.length))
    const otherwise = actual === undefined ? `no ${name}` : `${name} ${describeFormat(actual, prefix)}`
    return checkThat(ok, `${name} ${format}`, otherwise)
  }

export const hasAnyHeader =
  (name: string): Check =>
  ({ headers }) =>
    checkThat(headers[name] !== undefined, name, `no ${name}`)

export const lacksHeader =
  (name: string): Check =>
  ({ headers }) =>
    checkThat(headers[name] === undefined, `no ${name}`, `${name} present`)

// Too narrow a pattern for a secret or a name to fit.
const mediaTypePattern = /^[a-z]+\/[a-z.+-]+(; ?charset=[a-zA-Z0-9-]{1,12})?$/

/** Expects the content type of the API, which has no charset. */
export const isJson: Check = ({ headers }) => {
  const mediaType = headers['content-type']
  if (mediaType === undefined) return checkEqual('application/json', 'no content-type')
  return checkEqual('application/json', mediaTypePattern.test(mediaType) ? mediaType : 'a different content-type')
}

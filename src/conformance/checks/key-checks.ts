import { keysOf, textAt, valueAt } from '../client/response.ts'
import { checkThat } from './check-result.ts'
import { describeFormat, describeType } from './describe.ts'
import type { Check } from './response-checks.ts'

/** Expects every key of a list to be correct. `describeProblem` returns "" for a correct key. */
export const everyKey =
  (expected: string, describeProblem: (key: unknown) => string): Check =>
  (response) => {
    const problem = keysOf(response)
      .map(describeProblem)
      .find((text) => text !== '')
    return checkThat(problem === undefined, expected, problem ?? '')
  }

/**
 * Expects at least one key of a list to have one of the prefixes followed by `length` letters and digits at `path`. One
 * is enough, because a seed may give keys any id.
 */
export const someKey =
  (path: string[], prefixes: string[], length: number): Check =>
  (response) => {
    const texts = keysOf(response).map((key) => textAt(key, ...path))
    const patterns = prefixes.map((prefix) => new RegExp(`^${prefix}[A-Za-z0-9]{${length}}$`))
    const ok = texts.some((text) => patterns.some((pattern) => pattern.test(text)))
    const expected = `${prefixes.join(' or ')} and ${length} characters A-Z a-z 0-9`
    return checkThat(ok, expected, describeFormat(texts[0], prefixes[0] ?? ''))
  }

/** Whether the value of a field is correct. */
export type FieldRule = (value: unknown) => boolean

/** Describes the fields that break their rules by the type of their values; "" if there are none. */
export const ruleViolations = (value: unknown, rules: Record<string, FieldRule>): string =>
  Object.entries(rules)
    .filter(([field, isValid]) => !isValid(valueAt(value, field)))
    .map(([field]) => `${field} ${describeType(valueAt(value, field))}`)
    .join(', ')

export const isNonEmptyText: FieldRule = (value) => typeof value === 'string' && value !== ''

export const isTextOrNull: FieldRule = (value) => typeof value === 'string' || value === null

/** Accepts Unix seconds; milliseconds of the present would be above the limit. */
export const isTime: FieldRule = (value) =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) < 1e11

export const isTimeOrNull: FieldRule = (value) => value === null || isTime(value)

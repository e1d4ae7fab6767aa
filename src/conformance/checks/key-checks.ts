import { at, keysOf, textAt } from '../client/response.ts'
import { type Evidence, examine, type Probe } from '../probe.ts'
import { fact } from './check-result.ts'
import { formOf, kindOf } from './describe.ts'
import { type Check, succeeds } from './response-checks.ts'

// What is said of the keys of a list, be they ours or not.

/** Looks at the first hundred keys. */
export const ofKeys = (name: string, evidence: Evidence, check: Check): Probe => ({
  name,
  evidence,
  keys: 1,
  run: async (stage) => examine((await stage.inventory()).answer, [succeeds, check]),
})

/** What each key must be; `wrong` tells of one that is not, "" where nothing is wrong. */
export const each =
  (expected: string, wrong: (key: unknown) => string): Check =>
  (answer) => {
    const seen = keysOf(answer)
      .map(wrong)
      .find((told) => told !== '')
    return fact(seen === undefined, expected, seen ?? '')
  }

/** What one key at least must have at `path`: a prefix, and so many letters and digits. A seed may give others any id. */
export const some =
  (path: string[], prefixes: string[], length: number): Check =>
  (answer) => {
    const texts = keysOf(answer).map((key) => textAt(key, ...path))
    const forms = prefixes.map((prefix) => new RegExp(`^${prefix}[A-Za-z0-9]{${length}}$`))
    const isSo = texts.some((text) => forms.some((form) => form.test(text)))
    return fact(isSo, `${prefixes.join(' or ')} and ${length} of A-Z a-z 0-9`, formOf(texts[0], prefixes[0] ?? ''))
  }

export type Rule = (value: unknown) => boolean

/** The fields that break their rules, and what they are instead. */
export const unlikeRules = (value: unknown, rules: Record<string, Rule>): string =>
  Object.entries(rules)
    .filter(([field, isRight]) => !isRight(at(value, field)))
    .map(([field]) => `${field} ${kindOf(at(value, field))}`)
    .join(', ')

export const isText: Rule = (value) => typeof value === 'string' && value !== ''

export const isName: Rule = (value) => typeof value === 'string' || value === null

// In seconds, not in milliseconds.
export const isTime: Rule = (value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) < 1e11

export const isTimeOrNull: Rule = (value) => value === null || isTime(value)

import { idsOf, keysOf, valueAt } from '../client/response.ts'
import { checkEqual, checkThat } from './check-result.ts'
import { describeType } from './describe.ts'
import type { Check } from './response-checks.ts'

export const hasKeyCount =
  (count: number, noun = 'key'): Check =>
  (response) => {
    const isList = Array.isArray(valueAt(response.body, 'data'))
    return checkEqual(countText(count, noun), isList ? countText(keysOf(response).length, noun) : 'no list')
  }

export const hasAtMostKeys =
  (count: number, noun = 'key'): Check =>
  (response) => {
    const actual = keysOf(response).length
    return checkThat(actual <= count, `at most ${countText(count, noun)}`, countText(actual, noun))
  }

const countText = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`

/** Expects exactly these keys in this order. `label` describes them in the report. */
export const hasKeyIds =
  (ids: readonly string[], label: string, noun = 'key'): Check =>
  (response) => {
    const actual = idsOf(response)
    const otherwise = actual.length === ids.length ? `different ${noun}s or order` : countText(actual.length, noun)
    return checkThat(actual.join('\n') === ids.join('\n'), label, otherwise)
  }

export const hasMore =
  (expected: boolean): Check =>
  (response) => {
    const actual = valueAt(response.body, 'has_more')
    const actualText = typeof actual === 'boolean' ? String(actual) : describeType(actual)
    return checkThat(actual === expected, `has_more ${expected}`, `has_more ${actualText}`)
  }

import { checkThat } from '../checks/check-result.ts'
import { describeFormat, fieldDifferences } from '../checks/describe.ts'
import { type Alternative, evaluate } from '../checks/evaluate.ts'
import {
  everyKey,
  type FieldRule,
  isNonEmptyText,
  isTextOrNull,
  isTime,
  isTimeOrNull,
  ruleViolations,
  someKey,
} from '../checks/key-checks.ts'
import { type Check, hasFields, succeeds } from '../checks/response-checks.ts'
import { retrieveRequest } from '../client/requests.ts'
import { isObject, textAt, valueAt } from '../client/response.ts'
import { keyProbe, type Probe } from '../probe.ts'

const fieldRules: Record<string, FieldRule> = {
  object: (value) => value === 'organization.admin_api_key',
  id: isNonEmptyText,
  name: isTextOrNull,
  redacted_value: isNonEmptyText,
  created_at: isTime,
  expires_at: isTimeOrNull,
  last_used_at: isTimeOrNull,
  owner: (value) => isObject(value) && !Array.isArray(value),
}

export const keyFields = Object.keys(fieldRules)

export const redactedValueMatches = (pattern: RegExp, expected: string): Check =>
  everyKey(expected, (key) =>
    pattern.test(textAt(key, 'redacted_value')) ? '' : describeFormat(valueAt(key, 'redacted_value'), ''),
  )

export const isMasked: Alternative = {
  override: { redaction: 'masked' },
  checks: [succeeds, redactedValueMatches(/^.{8}\*+.{4}$/s, '8 characters, asterisks, 4 characters')],
}

/** Ignores `last_used_at`, because the key may have been used since it was listed. */
export const isAsListed =
  (listedKey: unknown): Check =>
  ({ body }) => {
    const [actual, expected] = [body, listedKey].map((key) => JSON.stringify({ ...(key as object), last_used_at: 0 }))
    return checkThat(actual === expected, 'as listed', 'not as listed')
  }

export const keyProbes: Probe[] = [
  keyProbe(
    'key-fields',
    'spec',
    everyKey('8 fields in order', (key) => fieldDifferences(key, keyFields)),
  ),
  keyProbe(
    'key-types',
    'spec',
    everyKey('fields of the correct types', (key) => ruleViolations(key, fieldRules)),
  ),
  keyProbe('key-id', 'assumed', someKey(['id'], ['key_'], 16)),
  keyProbe('key-redacted-value', 'spec', redactedValueMatches(/^.{8}\.\.\..{3}$/s, '8 characters ... 3 characters'), [
    isMasked,
  ]),
  {
    name: 'retrieve',
    evidence: 'spec',
    minKeys: 1,
    async run(context) {
      const { ids, keys } = await context.existingKeys()
      const response = await context.send(retrieveRequest(ids[0] ?? ''))
      return evaluate(response, [succeeds, hasFields(keyFields), isAsListed(keys[0])])
    },
  },
]

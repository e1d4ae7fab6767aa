import { fact } from '../checks/check-result.ts'
import { formOf, unlikeFields } from '../checks/describe.ts'
import {
  each,
  isName,
  isText,
  isTime,
  isTimeOrNull,
  ofKeys,
  type Rule,
  some,
  unlikeRules,
} from '../checks/key-checks.ts'
import { type Check, hasFields, succeeds } from '../checks/response-checks.ts'
import { retrieve } from '../client/client.ts'
import { at, isObject, textAt } from '../client/response.ts'
import { examine, type Probe } from '../probe.ts'

const rules: Record<string, Rule> = {
  object: (value) => value === 'organization.admin_api_key',
  id: isText,
  name: isName,
  redacted_value: isText,
  created_at: isTime,
  expires_at: isTimeOrNull,
  last_used_at: isTimeOrNull,
  owner: (value) => isObject(value) && !Array.isArray(value),
}

export const keyFields = Object.keys(rules)

const unlikeRedacted = (key: unknown): string =>
  /^.{8}\.\.\..{3}$/s.test(textAt(key, 'redacted_value')) ? '' : formOf(at(key, 'redacted_value'), '')

/** The same key but for its use, for it may have been used meanwhile. */
const isAsListed =
  (key: unknown): Check =>
  ({ body }) => {
    const [seen, expected] = [body, key].map((shown) => JSON.stringify({ ...(shown as object), last_used_at: 0 }))
    return fact(seen === expected, 'as it is listed', 'otherwise than it is listed')
  }

export const keys: Probe[] = [
  ofKeys(
    'key-fields',
    'spec',
    each('8 fields in order', (key) => unlikeFields(key, keyFields)),
  ),
  ofKeys(
    'key-types',
    'spec',
    each('fields of their types', (key) => unlikeRules(key, rules)),
  ),
  ofKeys('key-id', 'assumed', some(['id'], ['key_'], 16)),
  ofKeys('key-redacted-value', 'spec', each('8 characters ... 3 characters', unlikeRedacted)),
  {
    name: 'retrieve',
    evidence: 'spec',
    keys: 1,
    async run(stage) {
      const { ids, keys: listed } = await stage.inventory()
      const answer = await stage.ask(retrieve(ids[0] ?? ''))
      return examine(answer, [succeeds, hasFields(keyFields), isAsListed(listed[0])])
    },
  },
]

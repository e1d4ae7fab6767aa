import { unlikeFields, word } from '../checks/describe.ts'
import { each, isName, isText, isTime, ofKeys, type Rule, some, unlikeRules } from '../checks/key-checks.ts'
import { at, textAt } from '../client/response.ts'
import type { Probe } from '../probe.ts'

const kinds: Record<string, { object: string; role: string }> = {
  user: { object: 'organization.user', role: 'owner' },
  service_account: { object: 'organization.service_account', role: 'member' },
}

const rules: Record<string, Rule> = {
  type: (value) => Object.keys(kinds).includes(value as string),
  object: (value) => Object.values(kinds).some(({ object }) => object === value),
  id: isText,
  name: isName,
  created_at: isTime,
  role: isText,
}

const unlikeKind = (field: 'object' | 'role') => (key: unknown) => {
  const type = textAt(key, 'owner', 'type')
  const seen = at(key, 'owner', field)
  return seen === kinds[type]?.[field] ? '' : `${field} ${word(seen)} of type ${word(type)}`
}

export const owner: Probe[] = [
  ofKeys(
    'owner-fields',
    'spec',
    each('6 fields in order', (key) => unlikeFields(at(key, 'owner'), Object.keys(rules))),
  ),
  ofKeys(
    'owner-types',
    'spec',
    each('fields of their types', (key) => unlikeRules(at(key, 'owner'), rules)),
  ),
  ofKeys('owner-object', 'spec', each('the object of its type', unlikeKind('object'))),
  ofKeys('owner-role', 'assumed', each('the role of its type', unlikeKind('role'))),
  ofKeys('owner-id', 'sibling', some(['owner', 'id'], ['user-', 'sa_'], 24)),
]

import { fieldDifferences, safeWord } from '../checks/describe.ts'
import {
  everyKey,
  type FieldRule,
  isNonEmptyText,
  isTextOrNull,
  isTime,
  ruleViolations,
  someKey,
} from '../checks/key-checks.ts'
import { textAt, valueAt } from '../client/response.ts'
import { keyProbe, type Probe } from '../probe.ts'

const ownerTypes: Record<string, { object: string; role: string }> = {
  user: { object: 'organization.user', role: 'owner' },
  service_account: { object: 'organization.service_account', role: 'member' },
}

const fieldRules: Record<string, FieldRule> = {
  type: (value) => Object.keys(ownerTypes).includes(value as string),
  object: (value) => Object.values(ownerTypes).some(({ object }) => object === value),
  id: isNonEmptyText,
  name: isTextOrNull,
  created_at: isTime,
  role: isNonEmptyText,
}

const ownerTypeProblem = (field: 'object' | 'role') => (key: unknown) => {
  const type = textAt(key, 'owner', 'type')
  const actual = valueAt(key, 'owner', field)
  return actual === ownerTypes[type]?.[field] ? '' : `${field} ${safeWord(actual)} of type ${safeWord(type)}`
}

export const ownerProbes: Probe[] = [
  keyProbe(
    'owner-fields',
    'spec',
    everyKey('6 fields in order', (key) => fieldDifferences(valueAt(key, 'owner'), Object.keys(fieldRules))),
  ),
  keyProbe(
    'owner-types',
    'spec',
    everyKey('fields of the correct types', (key) => ruleViolations(valueAt(key, 'owner'), fieldRules)),
  ),
  keyProbe('owner-object', 'spec', everyKey('the object of its type', ownerTypeProblem('object'))),
  keyProbe('owner-role', 'assumed', everyKey('the role of its type', ownerTypeProblem('role'))),
  keyProbe('owner-id', 'sibling', someKey(['owner', 'id'], ['user-', 'sa_'], 24)),
]

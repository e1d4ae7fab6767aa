import { isDeepStrictEqual } from 'node:util'
import { shortOperationIds } from '../../openai-api/operation-ids.ts'
import { parseBody } from '../body-json.ts'
import type { JournalRecord } from '../entry.ts'
import { redactExpected } from './expected-request.ts'
import type { Difference, ExpectedRequest } from './schemas.ts'

type Compare = (record: JournalRecord) => Difference | undefined
type Field = keyof ExpectedRequest

/** Returns a function that returns the fields in which a record differs from an expected request. */
export function createComparison(expected: ExpectedRequest): (record: JournalRecord) => Difference[] {
  const redacted = redactExpected(expected)
  const comparisons = (Object.keys(redacted) as Field[]).flatMap((field) => {
    const value = redacted[field]
    return value === undefined ? [] : [comparisonOf(field, value)]
  })
  return (record) => comparisons.flatMap((compare) => compare(record) ?? [])
}

function comparisonOf(field: Field, expected: unknown): Compare {
  switch (field) {
    case 'header':
      return compareHeaders(expected as Record<string, string>)
    case 'json':
      return compareValue(field, expected, (record) => parseBody(record.body, record.isBodyCut))
    case 'status':
      return compareStatus(expected as number | string | null)
    case 'operation':
      return compareValue(field, toOperationId(expected as string | null), ({ operation }) => operation ?? null)
    case 'method':
      return compareValue(field, (expected as string).toUpperCase(), ({ method }) => method)
    case 'path':
      return compareValue(field, expected, ({ path }) => path)
    case 'key_id':
      return compareValue(field, expected, ({ keyId }) => keyId ?? null)
    case 'project_id':
      return compareValue(field, expected, ({ projectId }) => projectId ?? null)
    case 'service_account_id':
      return compareValue(field, expected, ({ serviceAccountId }) => serviceAccountId ?? null)
    case 'calling_key_id':
      return compareValue(field, expected, ({ callingKeyId }) => callingKeyId ?? null)
    default:
      return field satisfies never
  }
}

function compareValue(field: Field, expected: unknown, read: (record: JournalRecord) => unknown): Compare {
  return (record) => {
    const got = read(record)
    return isDeepStrictEqual(got, expected) ? undefined : { field, expected, got }
  }
}

const toOperationId = (operation: string | null) =>
  operation === null ? null : ((shortOperationIds as Record<string, string>)[operation] ?? operation)

function compareStatus(expected: number | string | null): Compare {
  if (typeof expected !== 'string') return compareValue('status', expected, ({ status }) => status ?? null)
  return ({ status }) =>
    String(status)[0] === expected[0] ? undefined : { field: 'status', expected, got: status ?? null }
}

/** Compares only the given headers, and reports only headers that differ. */
function compareHeaders(expected: Record<string, string>): Compare {
  return ({ headers }) => {
    const differing = Object.entries(expected).flatMap(([name, value]) => {
      const got = Object.hasOwn(headers, name) ? [headers[name]].flat().join(', ') : null
      return got === value ? [] : [{ name, value, got }]
    })
    if (differing.length === 0) return undefined
    return {
      field: 'header',
      expected: Object.fromEntries(differing.map(({ name, value }) => [name, value])),
      got: Object.fromEntries(differing.map(({ name, got }) => [name, got])),
    }
  }
}

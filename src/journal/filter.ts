import { type OperationId, operationIds } from '../openai-api/admin-api-keys/operation-ids.ts'
import type { JournalRecord } from './entry.ts'

/** Which requests somebody wants to see. */
export interface JournalFilter {
  /** `null` is what reached none. */
  operation?: OperationId | null
  /** A number, or the first digit of a class. */
  status?: { exactly: number } | { hundreds: number }
  method?: string
  path?: string
  key_id?: string
  calling_key_id?: string
  fault_id?: string
  delivered?: boolean
  since?: string
  limit?: number
}

/** A parameter that breaks a rule. */
export interface InvalidParameter {
  param: string
  rule: string
  got: string
}

type Parse = (text: string) => unknown

const anyText: Parse = (text) => text

// Each reads the text of a parameter; undefined for one that breaks the rule.
const parameters: Record<keyof JournalFilter, { parse: Parse; rule: string }> = {
  operation: { parse: parseOperation, rule: `one of ${operationIds.join(', ')}, or null for what reached none` },
  status: { parse: parseStatus, rule: 'a number from 100 to 599, or a class such as 4xx' },
  method: { parse: (text) => text.toUpperCase(), rule: '' },
  path: { parse: anyText, rule: '' },
  key_id: { parse: anyText, rule: '' },
  calling_key_id: { parse: anyText, rule: '' },
  fault_id: { parse: anyText, rule: '' },
  delivered: { parse: parseBoolean, rule: 'true or false' },
  since: { parse: anyText, rule: '' },
  limit: { parse: (text) => (/^\d{1,9}$/.test(text) ? Number(text) : undefined), rule: 'an integer from 0' },
}

function parseOperation(text: string): JournalFilter['operation'] {
  return text === 'null' ? null : operationIds.find((id) => id === text)
}

function parseBoolean(text: string): boolean | undefined {
  return text === 'true' || text === 'false' ? text === 'true' : undefined
}

function parseStatus(text: string): JournalFilter['status'] {
  const [, digit, rest] = /^([1-5])(\d\d|xx)$/i.exec(text) ?? []
  if (digit === undefined) return undefined
  return rest?.toLowerCase() === 'xx' ? { hundreds: Number(digit) } : { exactly: Number(text) }
}

/** The filter that a query asks for, or what is wrong with it. */
export function parseFilter(query: Record<string, unknown>): JournalFilter | InvalidParameter {
  const filter: Record<string, unknown> = {}
  for (const [param, text] of Object.entries(query)) {
    const known = Object.hasOwn(parameters, param) ? parameters[param as keyof JournalFilter] : undefined
    if (known === undefined) return { param, rule: `one of ${Object.keys(parameters).join(', ')}`, got: param }
    if (typeof text !== 'string') return { param, rule: 'given once', got: JSON.stringify(text) }
    const value = known.parse(text)
    if (value === undefined) return { param, rule: known.rule, got: text }
    filter[param] = value
  }
  return filter
}

/** Whether a request fits, whatever `since` and `limit`. */
export function matchesFilter({ request, delivered }: JournalRecord, filter: JournalFilter): boolean {
  const pairs = [
    [filter.operation, request.operation ?? null],
    [filter.method, request.method],
    [filter.path, request.path],
    [filter.key_id, request.keyId],
    [filter.calling_key_id, request.callingKeyId],
    [filter.fault_id, request.faultId],
    [filter.delivered, delivered],
  ]
  return (
    pairs.every(([expected, actual]) => expected === undefined || expected === actual) &&
    matchesStatus(request.status, filter.status)
  )
}

function matchesStatus(status: number | undefined, expected: JournalFilter['status']): boolean {
  if (expected === undefined) return true
  if (status === undefined) return false
  return 'exactly' in expected ? status === expected.exactly : Math.floor(status / 100) === expected.hundreds
}

import { type OperationId, operationIds } from '../openai-api/admin-api-keys/operation-ids.ts'
import type { Recorded } from './entry.ts'

/** Which requests somebody wants to see. */
export interface Filter {
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
export interface Mistake {
  param: string
  rule: string
  got: string
}

type Read = (text: string) => unknown

const anyText: Read = (text) => text

// Each reads the text of a parameter; undefined for one that breaks the rule.
const parameters: Record<keyof Filter, { read: Read; rule: string }> = {
  operation: { read: readOperation, rule: `one of ${operationIds.join(', ')}, or null for what reached none` },
  status: { read: readStatus, rule: 'a number from 100 to 599, or a class such as 4xx' },
  method: { read: (text) => text.toUpperCase(), rule: '' },
  path: { read: anyText, rule: '' },
  key_id: { read: anyText, rule: '' },
  calling_key_id: { read: anyText, rule: '' },
  fault_id: { read: anyText, rule: '' },
  delivered: { read: readBoolean, rule: 'true or false' },
  since: { read: anyText, rule: '' },
  limit: { read: (text) => (/^\d{1,9}$/.test(text) ? Number(text) : undefined), rule: 'an integer from 0' },
}

function readOperation(text: string): Filter['operation'] {
  return text === 'null' ? null : operationIds.find((id) => id === text)
}

function readBoolean(text: string): boolean | undefined {
  return text === 'true' || text === 'false' ? text === 'true' : undefined
}

function readStatus(text: string): Filter['status'] {
  const [, digit, rest] = /^([1-5])(\d\d|xx)$/i.exec(text) ?? []
  if (digit === undefined) return undefined
  return rest?.toLowerCase() === 'xx' ? { hundreds: Number(digit) } : { exactly: Number(text) }
}

/** The filter that a query asks for, or what is wrong with it. */
export function readFilter(query: Record<string, unknown>): Filter | Mistake {
  const filter: Record<string, unknown> = {}
  for (const [param, text] of Object.entries(query)) {
    const known = Object.hasOwn(parameters, param) ? parameters[param as keyof Filter] : undefined
    if (known === undefined) return { param, rule: `one of ${Object.keys(parameters).join(', ')}`, got: param }
    if (typeof text !== 'string') return { param, rule: 'given once', got: JSON.stringify(text) }
    const value = known.read(text)
    if (value === undefined) return { param, rule: known.rule, got: text }
    filter[param] = value
  }
  return filter
}

/** Whether a request fits, whatever `since` and `limit`. */
export function isWanted({ seen, delivered }: Recorded, filter: Filter): boolean {
  const pairs = [
    [filter.operation, seen.operation ?? null],
    [filter.method, seen.method],
    [filter.path, seen.path],
    [filter.key_id, seen.keyId],
    [filter.calling_key_id, seen.callingKeyId],
    [filter.fault_id, seen.faultId],
    [filter.delivered, delivered],
  ]
  return pairs.every(([wanted, is]) => wanted === undefined || wanted === is) && fitsStatus(seen.status, filter.status)
}

function fitsStatus(status: number | undefined, wanted: Filter['status']): boolean {
  if (wanted === undefined) return true
  if (status === undefined) return false
  return 'exactly' in wanted ? status === wanted.exactly : Math.floor(status / 100) === wanted.hundreds
}

import { parseDuration } from '../common/time.ts'
import { exampleResponses } from '../openai-api/examples.ts'
import { bearerToken } from '../openai-api/http/authentication.ts'
import {
  concernedKeys,
  concernedProjects,
  type OperationId,
  operationIds,
  shortOperationIds,
} from '../openai-api/operation-ids.ts'
import type { Fault, FaultPhase } from './fault.ts'
import { applyPatch, PatchFailure } from './json-patch.ts'
import { delayRule, type FaultBody, type FaultMatch, maxDelayMs, type PatchOperation } from './schemas.ts'

/** A body that matches the schema, and how to report what else is wrong with it. */
interface FaultInput {
  content: FaultBody
  errorAt(path: (string | number)[], rule: string): Error
}

/** Returns the fault that a body describes. Throws for one that could never fire. */
export function parseFault(input: FaultInput): Fault {
  const { content } = input
  const { match = {} } = content
  const operation = toOperationId(content.operation)
  const schedule = scheduleOf(content)
  if (match.key_id !== undefined) assertConcerned(input, 'key', operation, schedule.when)
  if (match.project_id !== undefined) assertConcerned(input, 'project', operation, schedule.when)
  assertHeaderNames(input, ['match', 'header'], match.header)
  assertUsableAuthHeader(input, match.header)
  if (content.kind === 'error') assertValidResponseHeaders(input, content.headers)
  if (content.kind === 'json_patch') assertPatchCanApply(input, content.patch, operation)
  const common = { operation, match: withLowerCaseHeaders(match), ...schedule }
  return content.kind === 'delay'
    ? { ...content, ...common, ms: delayOf(input, content.ms) }
    : { ...content, ...common }
}

function delayOf({ errorAt }: FaultInput, ms: number | string): number {
  const delay = typeof ms === 'number' ? ms : parseDuration(ms)
  if (delay > maxDelayMs) throw errorAt(['ms'], delayRule)
  return delay
}

function scheduleOf(content: FaultBody): Pick<Fault, 'when' | 'times' | 'skip'> {
  // Counts requests per window instead.
  if (content.kind === 'rate_limit') return { when: 'before', times: null, skip: 0 }
  const { when = defaultPhase(content), times = 1, skip = 0 } = content
  return { when, times, skip }
}

const toOperationId = (operation: FaultBody['operation']): OperationId | '*' =>
  operation in shortOperationIds
    ? shortOperationIds[operation as keyof typeof shortOperationIds]
    : (operation as OperationId)

/** Kinds that change the response of the operation, and so need one. */
const afterOnlyKinds: readonly FaultBody['kind'][] = ['truncated_body', 'malformed_json', 'json_patch']

const defaultPhase = ({ kind }: FaultBody): FaultPhase => (afterOnlyKinds.includes(kind) ? 'after_commit' : 'before')

const concerned = { key: concernedKeys, project: concernedProjects }

/** Throws if no request matches an id: a list does not act on a single key, a create none before it has created it. */
function assertConcerned({ errorAt }: FaultInput, noun: 'key' | 'project', operation: string, when: FaultPhase): void {
  const { named, created } = concerned[noun]
  const includes = (list: readonly string[]) => operation === '*' || list.includes(operation)
  if (includes(named) || (includes(created) && when === 'after_commit')) return
  const reason = includes(created)
    ? `${operation} has no ${noun} before the commit`
    : `${operation} does not act on a single ${noun}`
  throw errorAt(['match', `${noun}_id`], `absent: ${reason}, so the fault would never fire`)
}

/** Throws if a header can never occur, or is given twice with different values. */
export function assertHeaderNames(
  { errorAt }: Pick<FaultInput, 'errorAt'>,
  path: (string | number)[],
  headers: Record<string, string> = {},
): void {
  const values = new Map<string, string>()
  for (const [name, value] of Object.entries(headers)) {
    const key = name.toLowerCase()
    // Node and Fastify store headers in objects, where assigning it adds no property.
    if (key === '__proto__') throw errorAt([...path, name], 'another name: no request or response can have this header')
    if ((values.get(key) ?? value) !== value) throw errorAt([...path, name], 'given once: header names ignore case')
    values.set(key, value)
  }
}

// Headers that every response has, that Node itself writes, or that would break the response.
const reservedHeaders = [
  'connection',
  'content-length',
  'content-type',
  'keep-alive',
  'openai-organization',
  'openai-processing-ms',
  'openai-version',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-emulator-reason',
  'x-request-id',
]

function assertValidResponseHeaders(input: FaultInput, headers: Record<string, string> = {}): void {
  const reserved = Object.keys(headers).find((name) => reservedHeaders.includes(name.toLowerCase()))
  if (reserved !== undefined) throw input.errorAt(['headers', reserved], `none of ${reservedHeaders.join(', ')}`)
  assertHeaderNames(input, ['headers'], headers)
}

function assertUsableAuthHeader({ errorAt }: FaultInput, headers: Record<string, string> = {}): void {
  const name = Object.keys(headers).find((each) => each.toLowerCase() === 'authorization')
  if (name !== undefined && bearerToken(headers[name]) === undefined) {
    throw errorAt(['match', 'header', name], 'Bearer and a token: faults apply only to authenticated requests')
  }
}

/** Throws unless the patch applies to an example response of one of the operations. */
function assertPatchCanApply({ errorAt }: FaultInput, patch: readonly PatchOperation[], operation: string): void {
  const operations = operationIds.filter((id) => operation === '*' || operation === id)
  const failures = operations.map((id) => tryPatch(patch, exampleResponses[id]))
  if (failures.includes(undefined)) return
  // The failure that got furthest describes the problem best.
  const [furthest] = failures.filter((each) => each !== undefined).sort((one, other) => progress(other) - progress(one))
  if (furthest === undefined) return
  if (furthest.isTooLarge) {
    const limit = 'small enough for a result of at most 1 MiB and 1,000 levels'
    throw errorAt(['patch', String(furthest.index)], limit)
  }
  const rule = `a place in a response of ${operations.join(', ')}: the patch would never apply`
  throw errorAt(['patch', String(furthest.index), furthest.field], rule)
}

const progress = ({ index, field }: PatchFailure) => 2 * index + (field === 'path' ? 1 : 0)

function tryPatch(patch: readonly PatchOperation[], example: unknown): PatchFailure | undefined {
  try {
    applyPatch(structuredClone(example), patch, { skipTests: true })
    return undefined
  } catch (error) {
    if (error instanceof PatchFailure) return error
    throw error
  }
}

function withLowerCaseHeaders(match: FaultMatch): FaultMatch {
  if (match.header === undefined) return match
  const header = Object.entries(match.header).map(([name, value]) => [name.toLowerCase(), value])
  return { ...match, header: Object.fromEntries(header) }
}

import { parseDuration } from '../common/time.ts'
import { bearerToken } from '../openai-api/http/authentication.ts'
import type { Effect, EffectOf, Fault } from './fault.ts'
import { common, fieldsOf } from './fields.ts'
import type { PatchOperation } from './json-patch.ts'
import { assertPatchCanApply, type ExampleResponses } from './patch-check.ts'
import { afterOnlyKinds } from './registry.ts'
import type { FaultBody } from './schemas.ts'

/** A body that fits the schema, and how to say what else is wrong with it. */
export interface FaultInput {
  content: FaultBody
  errorAt(path: string[], rule: string): Error
}

// These are about no key that could be known beforehand.
const operationsWithoutKeyId = ['admin-api-keys-list', 'admin-api-keys-create']

/** The rule that a body arms. Throws for one that can never fire, and for a field that its kind does not have. */
export function parseFault(input: FaultInput, answers: ExampleResponses): Fault {
  const { operation, match = {}, kind, times = 1, skip = 0 } = input.content
  if (operation !== '*' && !Object.hasOwn(answers, operation)) {
    throw input.errorAt(['operation'], `one of ${Object.keys(answers).join(', ')}, *`)
  }
  assertFieldsOfKind(input)
  const isAfter = afterOnlyKinds.includes(kind)
  if (isAfter && input.content.when === 'before') {
    throw input.errorAt(['when'], `after_commit, as always with ${kind}: it spoils a true answer`)
  }
  if (match.key_id !== undefined && operationsWithoutKeyId.includes(operation)) {
    throw input.errorAt(
      ['match', 'key_id'],
      `left out: ${operation} is about no key that is known before, so it would never fire`,
    )
  }
  assertValidHeaders(input, ['match', 'header'], match.header)
  assertValidHeaders(input, ['headers'], input.content.headers)
  assertUsableAuthHeader(input, match.header)
  if (kind === 'mutate') assertPatchCanApply(input, answers)
  return {
    operation,
    match: withLowerCaseHeaders(match),
    when: isAfter ? 'after_commit' : (input.content.when ?? 'before'),
    times: kind === 'rate_limit' ? null : times,
    skip,
    effect: toEffect(input),
  }
}

function assertFieldsOfKind({ content, errorAt }: FaultInput): void {
  const { required, optional } = fieldsOf[content.kind]
  const missing = required.find((field) => content[field] === undefined)
  if (missing !== undefined) throw errorAt([missing], `given: ${content.kind} needs it`)
  const known: readonly string[] = [...common, ...required, ...optional]
  const unexpected = Object.keys(content).find((field) => !known.includes(field))
  if (unexpected !== undefined) throw errorAt([unexpected], `left out: ${content.kind} does not have it`)
}

// What every answer has, what Node itself writes, and what would break it.
const reserved = [
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

function assertValidHeaders({ errorAt }: FaultInput, path: string[], headers: Record<string, string> = {}): void {
  const seen = new Map<string, string>()
  for (const [name, value] of Object.entries(headers)) {
    const known = name.toLowerCase()
    if (path[0] === 'headers' && reserved.includes(known)) {
      throw errorAt([...path, name], `none of ${reserved.join(', ')}`)
    }
    if ((seen.get(known) ?? value) !== value) throw errorAt([...path, name], 'given once: case does not matter')
    seen.set(known, value)
  }
}

function assertUsableAuthHeader({ errorAt }: FaultInput, headers: Record<string, string> = {}): void {
  const name = Object.keys(headers).find((each) => each.toLowerCase() === 'authorization')
  if (name !== undefined && bearerToken(headers[name]) === undefined) {
    throw errorAt(['match', 'header', name], 'Bearer and a token: with anything else no request gets as far as a fault')
  }
}

function withLowerCaseHeaders(match: NonNullable<FaultBody['match']>): Fault['match'] {
  if (match.header === undefined) return match
  const header = Object.entries(match.header).map(([name, value]) => [name.toLowerCase(), value])
  return { ...match, header: Object.fromEntries(header) }
}

function toEffect(input: FaultInput): Effect {
  const { kind, requests = 0, per = '', ms = 0, patch = [] } = input.content
  switch (kind) {
    case 'error':
      return toError(input)
    case 'rate_limit':
      return { kind, requests, per, window_ms: parseDuration(per) }
    case 'delay':
      return { kind, ms }
    case 'mutate':
      return { kind, patch: patch as PatchOperation[] }
    default:
      return { kind }
  }
}

function toError({ content }: FaultInput): EffectOf<'error'> {
  const { status = 500, message, type, code, param, headers } = content
  const given = Object.entries({ message, type, code, param, headers }).filter(([, value]) => value !== undefined)
  return { kind: 'error', status, ...Object.fromEntries(given) }
}

import type { Operation } from 'rfc6902'
import { readAmount } from '../sandbox/seed/times.ts'
import { alwaysAfter } from './plan.ts'
import type { Effect, EffectOf, Kind, Rule } from './rule.ts'
import type { FaultBody } from './schemas.ts'

/** A body that fits the schema, and how to say what else is wrong with it. */
interface Sent {
  content: FaultBody
  mistake(path: string[], rule: string): Error
}

const common = ['operation', 'match', 'kind'] as const
const counted = ['when', 'times', 'skip'] as const

type Field = keyof FaultBody

// What goes with each kind; the first of each list are required.
const fieldsOf: Record<Kind, { required: readonly Field[]; optional: readonly Field[] }> = {
  error: { required: ['status'], optional: ['message', 'type', 'code', 'param', 'headers', ...counted] },
  rate_limit: { required: ['requests', 'per'], optional: [] },
  delay: { required: ['ms'], optional: counted },
  hang: { required: [], optional: counted },
  reset: { required: [], optional: counted },
  empty: { required: [], optional: counted },
  truncate: { required: [], optional: counted },
  malformed: { required: [], optional: counted },
  mutate: { required: ['patch'], optional: counted },
}

// These are about no key that could be known beforehand.
const withoutKnownKey = ['admin-api-keys-list', 'admin-api-keys-create']

/** The rule that a body arms. Throws for one that can never fire, and for a field that its kind does not have. */
export function toRule(sent: Sent, operations: readonly string[]): Rule {
  const { operation, match = {}, kind, times = 1, skip = 0 } = sent.content
  if (operation !== '*' && !operations.includes(operation)) {
    throw sent.mistake(['operation'], `one of ${operations.join(', ')}, *`)
  }
  checkFields(sent)
  const isAfter = alwaysAfter.includes(kind)
  if (isAfter && sent.content.when === 'before') {
    throw sent.mistake(['when'], `after_commit, as always with ${kind}: it spoils a true answer`)
  }
  if (match.key_id !== undefined && withoutKnownKey.includes(operation)) {
    throw sent.mistake(
      ['match', 'key_id'],
      `left out: ${operation} is about no key that is known before, so it would never fire`,
    )
  }
  checkHeaders(sent)
  return {
    operation,
    match: lowerCased(match),
    when: isAfter ? 'after_commit' : (sent.content.when ?? 'before'),
    times: kind === 'rate_limit' ? null : times,
    skip,
    effect: toEffect(sent),
  }
}

function checkFields({ content, mistake }: Sent): void {
  const { required, optional } = fieldsOf[content.kind]
  const missing = required.find((field) => content[field] === undefined)
  if (missing !== undefined) throw mistake([missing], `given: ${content.kind} needs it`)
  const known: readonly string[] = [...common, ...required, ...optional]
  const superfluous = Object.keys(content).find((field) => !known.includes(field))
  if (superfluous !== undefined) throw mistake([superfluous], `left out: ${content.kind} does not have it`)
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

function checkHeaders({ content: { headers = {} }, mistake }: Sent): void {
  const name = Object.keys(headers).find((each) => reserved.includes(each.toLowerCase()))
  if (name !== undefined) throw mistake(['headers', name], `none of ${reserved.join(', ')}`)
}

function lowerCased(match: NonNullable<FaultBody['match']>): Rule['match'] {
  if (match.header === undefined) return match
  const header = Object.entries(match.header).map(([name, value]) => [name.toLowerCase(), value])
  return { ...match, header: Object.fromEntries(header) }
}

function toEffect(sent: Sent): Effect {
  const { kind, requests = 0, per = '', ms = 0, patch = [] } = sent.content
  switch (kind) {
    case 'error':
      return toError(sent)
    case 'rate_limit':
      return { kind, requests, per, window_ms: readAmount(per) }
    case 'delay':
      return { kind, ms }
    case 'mutate':
      for (const [index, step] of patch.entries()) checkStep(sent, step, index)
      return { kind, patch: patch as Operation[] }
    default:
      return { kind }
  }
}

function toError({ content }: Sent): EffectOf<'error'> {
  const { status = 500, message, type, code, param, headers } = content
  const given = Object.entries({ message, type, code, param, headers }).filter(([, value]) => value !== undefined)
  return { kind: 'error', status, ...Object.fromEntries(given) }
}

type Step = NonNullable<FaultBody['patch']>[number]

function checkStep({ mistake }: Sent, step: Step, index: number): void {
  const at = (field: string) => ['patch', String(index), field]
  if (['move', 'copy'].includes(step.op) && step.from === undefined)
    throw mistake(at('from'), `given: ${step.op} needs it`)
  if (['add', 'replace', 'test'].includes(step.op) && !('value' in step)) {
    throw mistake(at('value'), `given: ${step.op} needs it`)
  }
}

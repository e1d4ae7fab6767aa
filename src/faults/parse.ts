import { readAmount } from '../common/time.ts'
import { bearerToken } from '../openai-api/http/authentication.ts'
import type { Effect, EffectOf, Rule } from './fault.ts'
import { common, fieldsOf } from './fields.ts'
import type { Step } from './json-patch.ts'
import { checkPatch, type ExampleAnswers } from './patch-check.ts'
import { alwaysAfter } from './registry.ts'
import type { FaultBody } from './schemas.ts'

/** A body that fits the schema, and how to say what else is wrong with it. */
export interface Sent {
  content: FaultBody
  mistake(path: string[], rule: string): Error
}

// These are about no key that could be known beforehand.
const withoutKnownKey = ['admin-api-keys-list', 'admin-api-keys-create']

/** The rule that a body arms. Throws for one that can never fire, and for a field that its kind does not have. */
export function toRule(sent: Sent, answers: ExampleAnswers): Rule {
  const { operation, match = {}, kind, times = 1, skip = 0 } = sent.content
  if (operation !== '*' && !Object.hasOwn(answers, operation)) {
    throw sent.mistake(['operation'], `one of ${Object.keys(answers).join(', ')}, *`)
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
  checkHeaders(sent, ['match', 'header'], match.header)
  checkHeaders(sent, ['headers'], sent.content.headers)
  checkCaller(sent, match.header)
  if (kind === 'mutate') checkPatch(sent, answers)
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

function checkHeaders({ mistake }: Sent, path: string[], headers: Record<string, string> = {}): void {
  const seen = new Map<string, string>()
  for (const [name, value] of Object.entries(headers)) {
    const known = name.toLowerCase()
    if (path[0] === 'headers' && reserved.includes(known)) {
      throw mistake([...path, name], `none of ${reserved.join(', ')}`)
    }
    if ((seen.get(known) ?? value) !== value) throw mistake([...path, name], 'given once: case does not matter')
    seen.set(known, value)
  }
}

function checkCaller({ mistake }: Sent, headers: Record<string, string> = {}): void {
  const name = Object.keys(headers).find((each) => each.toLowerCase() === 'authorization')
  if (name !== undefined && bearerToken(headers[name]) === undefined) {
    throw mistake(['match', 'header', name], 'Bearer and a token: with anything else no request gets as far as a fault')
  }
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
      return { kind, patch: patch as Step[] }
    default:
      return { kind }
  }
}

function toError({ content }: Sent): EffectOf<'error'> {
  const { status = 500, message, type, code, param, headers } = content
  const given = Object.entries({ message, type, code, param, headers }).filter(([, value]) => value !== undefined)
  return { kind: 'error', status, ...Object.fromEntries(given) }
}

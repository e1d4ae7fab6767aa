import type { JournalEntry, ListedFault } from '../api/types.ts'
import { formatTime } from '../common/format.ts'

type Fields = Readonly<Record<string, string>>

/** What the reasons of the emulator mean, by their code. */
const words: Record<string, (fields: Fields) => string> = {
  key_expired: ({ key, expires_at, now }) =>
    `The calling key ${key} expired at ${time(expires_at)}. It was ${time(now)} by the sandbox's clock.`,
  key_deleted: ({ key }) => `The key ${key} was deleted before this request.`,
  key_unknown: ({ key }) => `This sandbox never had a key ${key}.`,
  token_unknown: ({ sandbox }) => `The sandbox ${sandbox} has no key with the value in the Authorization header.`,
  missing_authentication: () => 'The request has no usable Authorization header.',
  not_an_admin_key: ({ missing_scope }) => `The key is no Admin API key: it lacks the scope ${missing_scope}.`,
  mismatched_organization: ({ organization }) => `The OpenAI-Organization header does not name ${organization}.`,
  missing_required_parameter: ({ param }) => `The required parameter ${param} is missing.`,
  invalid_type: ({ param, expected, got }) => `The parameter ${param} must be ${expected}, but is ${got}.`,
  invalid_value: ({ param, value }) => `The parameter ${param} does not accept the value ${value}.`,
  integer_below_min_value: ({ param, minimum, got }) => `The parameter ${param} is ${got}, below ${minimum}.`,
  integer_above_max_value: ({ param, maximum, got }) => `The parameter ${param} is ${got}, above ${maximum}.`,
  repeated_parameter: ({ param }) => `The query parameter ${param} is repeated.`,
  cursor_never_issued: ({ after }) => `The cursor ${after} was never the id of a key of this sandbox.`,
  cursor_deleted: ({ after }) =>
    `The key ${after} that the cursor names was deleted, and the behavior deleted_cursor is reject.`,
  body_not_json: () => 'The request body is not valid JSON.',
  body_not_an_object: ({ got }) => `The request body must be a JSON object, but is ${got}.`,
  body_too_large: () => 'The request body is too large.',
  unsupported_content_type: ({ content_type }) => `The content type ${content_type ?? ''} is not JSON.`,
  unknown_url: () => 'The API has no such URL.',
  method_not_allowed: ({ method, allow }) => `The URL does not allow ${method}, only ${allow}.`,
}

const time = (seconds: string | undefined) => `${formatTime(Number(seconds))} UTC`

const effects: Record<ListedFault['kind'], string> = {
  error: 'responded with an error instead',
  rate_limit: 'rejected it: more requests than its limit in this window',
  delay: 'delayed it',
  hang: 'kept it without a response',
  connection_reset: 'reset the connection',
  empty_response: 'closed the connection without a response',
  truncated_body: 'sent half of the body',
  malformed_json: 'broke the JSON of the response',
  json_patch: 'changed the response',
}

/** Returns in sentences why a request ended as it did. */
export function explain(entry: JournalEntry, faults: readonly ListedFault[]): string[] {
  const { status, duration_ms, delivered, reason, fault_id, key_id, operation } = entry
  const sentences: string[] = []
  if (fault_id !== null) {
    const kind = faults.find(({ id }) => id === fault_id)?.kind
    sentences.push(
      kind === undefined ? 'A fault fired that was removed since.' : `A fault of kind ${kind} ${effects[kind]}.`,
    )
  }
  if (status === null && duration_ms === null) sentences.push('The request is pending: there is no response yet.')
  if (reason !== null) sentences.push(inWords(decode(reason)))
  if (delivered === false) {
    const missed =
      status === null ? 'The client received no response.' : 'The client did not receive the whole response.'
    sentences.push(missed)
    const isCommitted = key_id !== null && operation !== 'admin-api-keys-get'
    if (isCommitted && operation === 'admin-api-keys-create') {
      sentences.push(
        `The key ${key_id} was created all the same. If the client sends the request again, this one is orphaned.`,
      )
    }
  }
  return sentences
}

/** Returns what a reason such as `key_expired; key=key_abc; now=1` means; itself if its code has no words. */
function inWords(reason: string): string {
  const [code = '', ...details] = reason.split('; ')
  const fields = Object.fromEntries(details.map((detail) => detail.split(/=(.*)/s).slice(0, 2)))
  return Object.hasOwn(words, code) ? (words[code]?.(fields) ?? reason) : reason
}

function decode(reason: string): string {
  try {
    return decodeURIComponent(reason)
  } catch {
    return reason
  }
}

/** What is known of a request in the journal. */
interface RecordedRequest {
  operation: string | undefined
  keyId?: string | undefined
  faultKind?: string | undefined
  faultWhen?: string | undefined
  status: number | undefined
  reason: string | undefined
  finishedAt: number | undefined
  delivered: boolean | undefined
}

type Fields = Readonly<Record<string, string>>

/** What a reason means, by its code. */
const words: Record<string, (fields: Fields, status: number | undefined) => string> = {
  key_expired: ({ key, expires_at, now }, status) =>
    `The ${status === 401 ? 'calling ' : ''}key ${key} expired at ${time(expires_at)}. It was ${time(now)} by the sandbox's clock.`,
  key_deleted: ({ key }) => `The key ${key} was deleted before this request.`,
  key_unknown: ({ key }) => `This sandbox never had a key ${key}.`,
  project_unknown: ({ project }) => `This sandbox never had a project ${project}.`,
  project_archived: ({ project }) => `The project ${project} is archived.`,
  default_project: ({ project }) => `The project ${project} is the default project, which cannot be changed this way.`,
  service_account_unknown: ({ service_account }) => `There is no service account ${service_account}.`,
  service_account_deleted: ({ service_account }) =>
    `The service account ${service_account} was deleted before this request.`,
  service_account_key: ({ key }) => `The key ${key} belongs to a service account.`,
  token_unknown: ({ sandbox }) => `The sandbox ${sandbox} has no key with the value in the Authorization header.`,
  missing_authentication: () => 'The request has no usable Authorization header.',
  not_an_admin_key: ({ missing_scope }) => `The key lacks the scope ${missing_scope}: it is not an admin key.`,
  not_a_project_key: ({ missing_scope }) => `The key lacks the scope ${missing_scope}: it is not a project key.`,
  scope_not_granted: ({ key, missing_scope }) => `The admin key ${key} was not granted the scope ${missing_scope}.`,
  lone_surrogate: ({ param }) => `The parameter ${param} contains a lone surrogate.`,
  malformed_url: () => 'The percent-encoding of the URL is not valid UTF-8.',
  missing_host: () => 'The request has no Host header.',
  mismatched_organization: ({ organization }) => `The OpenAI-Organization header does not name ${organization}.`,
  missing_required_parameter: ({ param, params }) => `The required parameter ${param ?? params} is missing.`,
  exclusive_parameters: ({ param, other }) => `The parameter ${param} cannot be used together with ${other}.`,
  invalid_type: ({ param, expected, got }) => `The parameter ${param} must be ${expected}, but is ${got}.`,
  invalid_value: ({ param, value }) => `The parameter ${param} does not accept the value ${value}.`,
  integer_below_min_value: ({ param, minimum, got }) => `The parameter ${param} is ${got}, below ${minimum}.`,
  integer_above_max_value: ({ param, maximum, got }) => `The parameter ${param} is ${got}, above ${maximum}.`,
  repeated_parameter: ({ param }) => `The query parameter ${param} is repeated.`,
  cursor_never_issued: ({ after, before }) => `The cursor ${after ?? before} was never an id in this list.`,
  cursor_deleted: ({ after }) => `The cursor ${after} names a deleted object: the behavior deleted_cursor is reject.`,
  body_not_json: () => 'The request body is not valid JSON.',
  body_not_an_object: ({ got }) => `The request body must be a JSON object, but is ${got}.`,
  body_too_large: () => 'The request body is too large.',
  unsupported_content_type: ({ content_type }) => `The content type is not JSON, but ${content_type}.`,
  unknown_url: () => 'The API has no such URL.',
  not_emulated: () => 'The real API has this URL, the emulator does not.',
  method_not_allowed: ({ method, allow }) => `The URL does not allow ${method}, only ${allow}.`,
  patch_failed: () => 'The patch does not apply to the response, so the fault changed nothing.',
}

function time(seconds: string | undefined): string {
  const date = new Date(Number(seconds) * 1000)
  if (Number.isNaN(date.getTime())) return `${seconds}`
  return `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`
}

/** What a fault does, by its kind. */
const effects: Record<string, string> = {
  error: 'responded with an error instead',
  rate_limit: 'rejected the request: its limit for this window is exceeded',
  delay: 'delayed the request',
  hang: 'left the request without a response',
  connection_reset: 'reset the connection',
  empty_response: 'closed the connection without a response',
  truncated_body: 'sent half of the body',
  malformed_json: 'broke the JSON of the response',
  json_patch: 'changed the response',
}

/** Returns in sentences why a request ended as it did; undefined if it simply got a response. */
export function explain(record: RecordedRequest): string | undefined {
  const { status, finishedAt, delivered, reason = '', faultKind, faultWhen } = record
  const code = codeOf(reason)
  const isAfterCommit = faultWhen === 'after_commit'
  const moment = isAfterCommit ? ', after the commit' : ''
  const sentences = [
    faultKind !== undefined &&
      code !== 'patch_failed' &&
      `A fault of kind ${faultKind} ${effects[faultKind]}${moment}.`,
    finishedAt === undefined && 'The request is pending: there is no response yet.',
    code !== '' && code !== 'fault' && inWords(reason, status),
    delivered === false && explainLoss(status),
    (delivered === false || (code === 'fault' && isAfterCommit)) && explainOrphan(record),
  ]
  return sentences.filter(Boolean).join(' ') || undefined
}

const explainLoss = (status: number | undefined) =>
  status === undefined ? 'The client received no response.' : 'The client did not receive the whole response.'

function explainOrphan({ keyId, operation = '' }: RecordedRequest): string | undefined {
  if (keyId === undefined || !/create/i.test(operation)) return undefined
  return `The key ${keyId} was created anyway. If the client retries the request, key ${keyId} is orphaned.`
}

const codeOf = (reason: string) => reason.split(';', 1)[0] ?? ''

// Reasons are cut at 1,024 characters, and not in the middle of an escape: one of this length may lack its last fields.
const lengthOfCut = 1022

/** Returns what a reason such as `key_deleted; key=key_abc` means; itself if its code has no words, or if it may have been cut. */
function inWords(encoded: string, status: number | undefined): string {
  const reason = decode(encoded)
  if (encoded.length >= lengthOfCut) return reason
  const code = codeOf(reason)
  const details = reason.split('; ').slice(1)
  const fields = Object.fromEntries(details.map((detail) => detail.split(/=(.*)/s).slice(0, 2)))
  return Object.hasOwn(words, code) ? (words[code]?.(fields, status) ?? reason) : reason
}

function decode(reason: string): string {
  try {
    return decodeURIComponent(reason)
  } catch {
    return reason
  }
}

import type { HttpRequest, RequestOutcome } from './client.ts'
import { type ExpectedResponse, invalidBodies, malformedUrl, methodNotAllowed, unknownUrl } from './expected-errors.ts'
import { redactedValue } from './initial-state.ts'
import type { ModelRunner } from './model-runner.ts'
import type { Generated, GeneratedKey } from './resource-model.ts'
import type { ApiRequest, SandboxModel } from './sandbox-model.ts'
import type { ApiStep, CreateBody, Reference, UnknownUrlStep } from './steps.ts'

const keysPath = '/organization/admin_api_keys'

/** Returns the URL path of an API path in a sandbox. */
export const sandboxPath = (sandbox: string, path: string) =>
  sandbox === 'default' ? path : `/sandbox/${sandbox}${path}`

/** Calls the API and compares the response with the model's. Throws ModelMismatch. */
export async function runApiStep(runner: ModelRunner, step: ApiStep): Promise<void> {
  const name = runner.nameOf(step.at)
  const sandbox = runner.getOrCreate(name)
  const apiRequest = toApiRequest(step, sandbox, runner)
  const request = toHttpRequest(apiRequest, sandboxPath(name, step.hasV1 ? `/v1${keysPath}` : keysPath))
  if (step.leakedSecret !== undefined) request.headers['X-Note'] = resolveToken(step.leakedSecret, sandbox, runner)
  const { outcome, generated } = await runner.send(request, step.do === 'create' ? readGenerated : undefined)
  const isResponseLost = outcome.kind !== 'response' || outcome.status === 503
  const recovered = step.do === 'create' && isResponseLost ? await fetchNewestKey(runner, name) : undefined
  runner.assertEqual(request, sandbox.handle(apiRequest, generated ?? recovered), outcome)
}

type KeyRequest = Exclude<ApiRequest, { invalidBody: unknown }>

function toApiRequest(step: ApiStep, sandbox: SandboxModel, runner: ModelRunner): KeyRequest {
  const token = step.as === null ? undefined : resolveToken(step.as, sandbox, runner)
  if (step.do === 'create') return { operation: step.do, token, body: step.body }
  if (step.do !== 'list') return { operation: step.do, token, id: resolveId(step.key, sandbox, runner) }
  const { after, ...page } = step.page
  return {
    operation: step.do,
    token,
    page: after === undefined ? page : { ...page, after: resolveId(after, sandbox, runner) },
  }
}

function toHttpRequest(apiRequest: KeyRequest, path: string): HttpRequest & { headers: Record<string, string> } {
  const { operation, token } = apiRequest
  const headers: Record<string, string> = token === undefined ? {} : { Authorization: `Bearer ${token}` }
  if (operation === 'create') {
    headers['Content-Type'] = 'application/json'
    return { method: 'POST', path, headers, body: toBody(apiRequest.body) }
  }
  if (operation === 'list') {
    const query = Object.entries(apiRequest.page).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    return { method: 'GET', path: query.length === 0 ? path : `${path}?${query.join('&')}`, headers }
  }
  return {
    method: operation === 'retrieve' ? 'GET' : 'DELETE',
    path: `${path}/${encodeURIComponent(apiRequest.id)}`,
    headers,
  }
}

const toBody = (body: CreateBody): string | Buffer =>
  'invalid' in body ? Buffer.from(invalidBodies[body.invalid]?.body ?? '', 'latin1') : JSON.stringify(body)

const resolveId = (reference: Reference, sandbox: SandboxModel, runner: ModelRunner): string =>
  typeof reference === 'string' ? reference : (resolveKey(reference, sandbox, runner).id ?? 'key_missing')

export const resolveToken = (reference: Reference, sandbox: SandboxModel, runner: ModelRunner): string =>
  typeof reference === 'string' ? reference : (resolveKey(reference, sandbox, runner).value ?? 'sk-admin-missing')

/** Returns the key that a reference resolves to, as far as it is known. */
export function resolveKey(
  reference: Exclude<Reference, string>,
  { state, organization }: SandboxModel,
  { createdKeys }: ModelRunner,
): Partial<GeneratedKey> {
  if ('anywhere' in reference) return nthNewest(createdKeys, reference.anywhere) ?? {}
  // Skips the admin key, which steps reference by its id: a sequence that deletes it early can test little more.
  if ('here' in reference) return nthNewest(state.keys.slice(1), reference.here) ?? {}
  if ('projectKey' in reference) return nthNewest(state.projectKeys, reference.projectKey) ?? {}
  const live = state.keys.filter(organization.isLive)
  if ('live' in reference) return live[reference.live % live.length] ?? {}
  const value = nthNewest(state.keys, reference.secretOf)?.value ?? 'sk-admin-missing'
  return { id: value, value }
}

const nthNewest = <Thing>(things: readonly Thing[], nth: number) => things.at(-1 - (nth % things.length))

/** Returns the created key, or undefined if the id or value does not have the API's format. */
function readGenerated(outcome: RequestOutcome): Generated | undefined {
  if (outcome.kind !== 'response' || outcome.status !== 200) return undefined
  const { id, value } = JSON.parse(outcome.text) as { id: string; value: string }
  const isWellFormed = /^key_[A-Za-z0-9]{16}$/.test(id) && /^sk-admin-[A-Za-z0-9_-]{124}$/.test(value)
  return isWellFormed ? { key: { id, value, redacted_value: redactedValue(value) } } : undefined
}

/** Returns the newest key from the state, for a create whose response was lost. */
async function fetchNewestKey(runner: ModelRunner, name: string): Promise<Generated | undefined> {
  const { generated } = await runner.readState(name, ({ keys }: { keys: GeneratedKey[] }) => {
    const newest = keys.at(-1)
    return newest && { key: { id: newest.id, redacted_value: newest.redacted_value, value: undefined } }
  })
  return generated
}

const unroutedRequests: ((path: string) => { method: string; path: string; response: ExpectedResponse })[] = [
  (path) => ({ method: 'GET', path: `${path}/%ff`, response: malformedUrl() }),
  (path) => ({ method: 'GET', path: `${path}?after=%e4`, response: malformedUrl() }),
  (path) => ({ method: 'GET', path: `${path}/`, response: unknownUrl('GET', `${keysPath}/`) }),
  (path) => ({ method: 'PATCH', path, response: methodNotAllowed('PATCH', keysPath) }),
]

/** Sends a request that no route accepts. It must not create a sandbox. */
export async function runUnknownUrlStep(runner: ModelRunner, { at, variant }: UnknownUrlStep): Promise<void> {
  const name = runner.nameOf(at)
  const createUnrouted = unroutedRequests[variant % unroutedRequests.length]
  if (createUnrouted === undefined) return
  const { response, ...request } = createUnrouted(sandboxPath(name, keysPath))
  const expected: RequestOutcome = { kind: 'response', ...response }
  const { outcome } = await runner.send(request)
  runner.find(name)?.addToJournal({}, expected)
  runner.assertEqual(request, expected, outcome)
}

import { resolveToken, sandboxPath } from './api-steps.ts'
import { inOrder } from './audit-model.ts'
import type { HttpRequest, RequestOutcome } from './client.ts'
import { malformedBodies } from './expected-errors.ts'
import { redactedValue } from './initial-state.ts'
import type { ModelRunner } from './model-runner.ts'
import type { Generated, GeneratedKey, ResourceRequest } from './resource-model.ts'
import { resourceOperations } from './resource-operations.ts'
import type { ResourceReference, ResourceStep } from './resource-steps.ts'
import type { SandboxModel } from './sandbox-model.ts'

/** Calls an operation around admin keys and compares the response with the model's. Throws ModelMismatch. */
export async function runResourceStep(runner: ModelRunner, step: ResourceStep): Promise<void> {
  const name = runner.nameOf(step.at)
  const sandbox = runner.getOrCreate(name)
  if (step.operation === 'list-audit-logs') await readEventIds(runner, name)
  const call = toCall(step, sandbox)
  const token = step.as === null ? undefined : resolveToken(step.as, sandbox, runner)
  const request = toHttpRequest(step, call, token, name)
  const { outcome, generated } = await runner.send(request, (received) => readGenerated(call, received))
  const isResponseLost = outcome.kind !== 'response' || outcome.status === 503
  const recovered = isResponseLost ? await fetchGenerated(runner, name) : undefined
  const invalidBody = 'invalid' in step.body ? malformedBodies[step.body.invalid]?.response : undefined
  const all = recovered === undefined ? generated : { ...recovered, ...generated }
  runner.assertEqual(request, sandbox.handle({ ...call, token, invalidBody }, all), outcome)
}

function toCall(
  { operation, project, account, key, body, query }: ResourceStep,
  sandbox: SandboxModel,
): ResourceRequest {
  const { state } = sandbox
  const { projects, accounts, projectKeys, events } = state
  const projectId = resolve(project, projects)
  const inProject = <Item extends { project_id: string }>(items: Item[], reference: ResourceReference) =>
    typeof reference === 'string' || !reference.isOfParent
      ? items
      : items.filter(({ project_id }) => project_id === projectId)
  const resolveAccount = (reference: ResourceReference) => resolve(reference, inProject(accounts, reference))
  const resolveKey = (reference: ResourceReference) => resolve(reference, inProject(projectKeys, reference))
  const cursorOf = (reference: ResourceReference) => {
    if (operation === 'list-projects') return resolve(reference, projects)
    if (operation === 'list-project-service-accounts') return resolveAccount(reference)
    return operation === 'list-audit-logs' ? resolve(reference, events) : resolveKey(reference)
  }
  const { after, before, resource_ids, effective_at, ...rest } = query
  const resources = [...state.keys, ...projects, ...accounts, ...projectKeys]
  const times = Object.entries(effective_at ?? {}).map(([operator, seconds]) => [operator, state.now + seconds])
  return {
    operation,
    project: projectId,
    account: resolveAccount(account),
    key: resolveKey(key),
    body: 'invalid' in body ? {} : body,
    query: {
      ...rest,
      ...(after === undefined ? {} : { after: cursorOf(after) }),
      ...(before === undefined ? {} : { before: cursorOf(before) }),
      ...(resource_ids && { resource_ids: resource_ids.map((reference) => resolve(reference, resources)) }),
      ...(effective_at && { effective_at: Object.fromEntries(times) }),
    },
  }
}

function resolve(reference: ResourceReference, items: readonly { id: string | undefined }[]): string {
  if (typeof reference === 'string') return reference
  return items.at(-1 - (reference.nth % items.length))?.id ?? 'none'
}

function toHttpRequest(
  step: ResourceStep,
  { operation, query, ...call }: ResourceRequest,
  token: string | undefined,
  name: string,
): HttpRequest {
  const [method, template] = resourceOperations[operation]
  const path = template.replace(/\{(\w+)\}/g, (_, id: 'project' | 'account' | 'key') => encodeURIComponent(call[id]))
  const prefix = `${step.hasV1 ? '/v1' : ''}${operation === 'listModels' ? '' : '/organization'}`
  const parameters = toParameters(query)
  const body =
    'invalid' in step.body ? Buffer.from(malformedBodies[step.body.invalid]?.body ?? '', 'latin1') : undefined
  const hasBody = method === 'POST' && operation !== 'archive-project'
  return {
    method,
    path: sandboxPath(name, `${prefix}${path}${parameters.length === 0 ? '' : `?${parameters.join('&')}`}`),
    headers: {
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      ...(hasBody ? { 'Content-Type': 'application/json' } : {}),
    },
    ...(hasBody ? { body: body ?? JSON.stringify(step.body) } : {}),
  }
}

/** Returns the parameters of a query in its encoded form; lists in each of the forms that the API accepts. */
function toParameters({ access, effective_at = {}, ...rest }: ResourceRequest['query']): string[] {
  const parameter = (parameterName: string, value: unknown) => `${parameterName}=${encodeURIComponent(String(value))}`
  const others = Object.entries(rest).flatMap(([parameterName, value]) =>
    Array.isArray(value)
      ? value.map((each, n) => parameter(`${parameterName}${['[]', '', `[${n}]`][value.length % 3]}`, each))
      : [parameter(parameterName, value)],
  )
  return [
    ...others,
    ...(access === undefined ? [] : [parameter('owner_project_access', access)]),
    ...Object.entries(effective_at).map(([operator, value]) => parameter(`effective_at[${operator}]`, value)),
  ]
}

/** Returns what a create has generated, or undefined if an id or a value does not have the API's format. */
function readGenerated({ operation }: ResourceRequest, outcome: RequestOutcome): Generated | undefined {
  if (outcome.kind === 'truncated' && createsKey(operation)) {
    const [, partialValue] = /"value":"([^"]*)$/.exec(outcome.text) ?? []
    return partialValue === undefined ? undefined : { partialValue }
  }
  if (outcome.kind !== 'response' || outcome.status !== 200) return undefined
  const body = JSON.parse(outcome.text)
  if (operation === 'create-project') return /^proj_[A-Za-z0-9]{24}$/.test(body.id) ? { projectId: body.id } : undefined
  if (operation === 'CreateanAPIkeyforaserviceaccount') return withKey({}, body)
  if (operation !== 'create-project-service-account' || !/^user-[A-Za-z0-9]{24}$/.test(body.id)) return undefined
  const account = { accountId: body.id }
  return body.api_key === null ? account : withKey(account, body.api_key)
}

const createsKey = (operation: string) =>
  operation === 'CreateanAPIkeyforaserviceaccount' || operation === 'create-project-service-account'

function withKey(generated: Generated, { id, value }: { id: string; value: string }): Generated | undefined {
  const isWellFormed = /^key_[A-Za-z0-9]{16}$/.test(id) && /^sk-svcacct-[A-Za-z0-9_-]{124}$/.test(value)
  return isWellFormed ? { ...generated, key: { id, value, redacted_value: redactedValue(value) } } : undefined
}

interface ExportedProject {
  id: string
  service_accounts: { id: string; api_keys: GeneratedKey[] }[]
}

/** Returns the objects of the state that the model does not know, for a create whose response was lost. */
async function fetchGenerated(runner: ModelRunner, name: string): Promise<Generated | undefined> {
  const { projects, accounts, projectKeys } = runner.getOrCreate(name).state
  const isNewIn =
    (known: { id: string }[]) =>
    ({ id }: { id: string }) =>
      known.every((each) => each.id !== id)
  const { generated } = await runner.readState(name, (state: { projects: ExportedProject[] }) => {
    const allAccounts = state.projects.flatMap(({ service_accounts }) => service_accounts)
    const projectId = state.projects.find(isNewIn(projects))?.id
    const accountId = allAccounts.find(isNewIn(accounts))?.id
    const key = allAccounts.flatMap(({ api_keys }) => api_keys).find(isNewIn(projectKeys))
    return {
      ...(projectId && { projectId }),
      ...(accountId && { accountId }),
      ...(key && { key: { id: key.id, redacted_value: key.redacted_value, value: undefined } }),
    }
  })
  return generated
}

/** Takes the ids of events, which no response of a write contains, from the state. */
async function readEventIds(runner: ModelRunner, name: string): Promise<void> {
  const events = inOrder(runner.getOrCreate(name).state.events)
  if (events.every(({ id }) => id !== undefined)) return
  const ids: string[] = []
  const { request } = await runner.readState(name, (state: { audit_logs: { id: string }[] }) => {
    ids.push(...state.audit_logs.map(({ id }) => id))
    return undefined
  })
  runner.assertEqual(request, events.length, ids.length)
  for (const [n, event] of events.entries()) {
    if (event.id === undefined && /^audit_log-[A-Za-z0-9]{24}$/.test(ids[n] ?? '')) event.id = ids[n]
    runner.assertEqual(request, event.id, ids[n])
  }
}

import { resolveKey, runApiStep, sandboxPath } from './api-steps.ts'
import { faultRequestBody } from './fault-model.ts'
import { type Key, redactedValue } from './initial-state.ts'
import type { ModelRunner } from './model-runner.ts'
import { runResourceStep } from './run-resource-step.ts'
import { type JournalRecord, resetParts } from './sandbox-model.ts'
import type { ControlStep } from './steps.ts'

type ControlHandler<Do extends ControlStep['do']> = (
  runner: ModelRunner,
  name: string,
  step: Extract<ControlStep, { do: Do }>,
) => Promise<unknown>

/** Calls the control API and applies the same change to the model. */
export async function runControlStep(runner: ModelRunner, step: ControlStep): Promise<void> {
  const handler = handlers[step.do] as ControlHandler<ControlStep['do']>
  await handler(runner, runner.nameOf(step.at), step)
}

/** Calls the control API, expecting that status. Returns the request and the response body. */
async function callControl(runner: ModelRunner, method: string, path: string, status: number, body?: unknown) {
  const request = { method, path, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }
  const { outcome } = await runner.send(request)
  runner.assertEqual(request, status, outcome.kind === 'response' ? outcome.status : outcome)
  return { request, responseBody: 'text' in outcome ? JSON.parse(outcome.text) : undefined }
}

const controlPath = (name: string, path: string) => sandboxPath(name, `/_emulator${path}`)

async function setClock(runner: ModelRunner, name: string, now: number, body: object): Promise<void> {
  const { state } = runner.getOrCreate(name)
  state.now = now
  const { request, responseBody } = await callControl(runner, 'PUT', controlPath(name, '/clock'), 200, body)
  runner.assertEqual(request, { now: new Date(now * 1000).toISOString(), unix: now, frozen: true }, responseBody)
}

const listEverything = {
  do: 'call',
  as: 'sk-admin-local',
  hasV1: true,
  project: 'proj_web',
  account: 'none',
  key: 'none',
  body: {},
  query: { limit: 100 },
} as const

const handlers: { [Do in ControlStep['do']]: ControlHandler<Do> } = {
  advance: (runner, name, { seconds }) =>
    setClock(runner, name, runner.getOrCreate(name).state.now + seconds, { advance: `${seconds}s` }),

  async expire(runner, name, { key, seconds }) {
    const sandbox = runner.find(name)
    const expiry = sandbox && (resolveKey(key, sandbox, runner) as Key).expires_at
    if (typeof expiry !== 'number') return
    await setClock(runner, name, expiry + seconds, { now: expiry + seconds })
    await runApiStep(runner, { do: 'list', at: runner.names.indexOf(name), as: key, page: {}, hasV1: true })
  },

  async reset(runner, name, { only }) {
    runner.getOrCreate(name).reset(only)
    // Without `only`, everything is reset.
    const body = only.length === resetParts.length ? undefined : { only }
    await callControl(runner, 'POST', controlPath(name, '/reset'), 200, body)
  },

  async copy(runner, name, { at, from, removeFirst }) {
    const sourceName = runner.nameOf(from)
    if (removeFirst && sourceName !== name) await handlers.remove(runner, name, { do: 'remove', at })
    const source = runner.find(sourceName)?.state
    const status = runner.find(name) !== undefined ? 409 : source === undefined ? 404 : 201
    if (status === 201) runner.createSandbox(name, source)
    await callControl(runner, 'POST', '/_emulator/sandboxes', status, { name, from: { sandbox: sourceName } })
  },

  async remove(runner, name) {
    const status = name === 'default' ? 400 : runner.find(name) === undefined ? 404 : 200
    if (status === 200) runner.remove(name)
    await callControl(runner, 'DELETE', `/_emulator/sandboxes/${name}`, status)
  },

  async 'import state'(runner, name, { at, from }) {
    const sourceName = runner.nameOf(from)
    const { responseBody: state } = await callControl(runner, 'GET', controlPath(sourceName, '/state'), 200)
    runner.getOrCreate(name).load(runner.getOrCreate(sourceName).state)
    await callControl(runner, 'PUT', controlPath(name, '/state'), 200, state)
    const { request, responseBody } = await callControl(runner, 'GET', controlPath(name, '/state'), 200)
    runner.assertEqual(request, state, responseBody)
    for (const operation of ['list-project-api-keys', 'list-project-service-accounts', 'list-audit-logs'] as const)
      await runResourceStep(runner, { ...listEverything, at, operation })
  },

  async snapshot(runner, name) {
    const sandbox = runner.getOrCreate(name)
    sandbox.snapshots.set('one', structuredClone(sandbox.state))
    await callControl(runner, 'PUT', controlPath(name, '/snapshots/one'), 200)
  },

  async restore(runner, name) {
    const sandbox = runner.getOrCreate(name)
    const state = sandbox.snapshots.get('one')
    if (state !== undefined) sandbox.load(state)
    await callControl(runner, 'POST', controlPath(name, '/snapshots/one/restore'), state === undefined ? 404 : 200)
  },

  async 'addFault fault'(runner, name, { fault }) {
    runner.getOrCreate(name).faults.addFault(fault)
    await callControl(runner, 'POST', controlPath(name, '/faults'), 201, faultRequestBody(fault))
  },

  async 'read faults'(runner, name) {
    const expected = runner.getOrCreate(name).faults.active.map(({ id, hits }) => ({ id, hits }))
    const { request, responseBody } = await callControl(runner, 'GET', controlPath(name, '/faults'), 200)
    runner.assertEqual(
      request,
      expected,
      responseBody.data.map(({ id, hits }: { id: string; hits: number }) => ({ id, hits })),
    )
  },

  async 'read journal'(runner, name) {
    const expected = runner.getOrCreate(name).journal.map(toJournalEntry)
    const { request, responseBody } = await callControl(runner, 'GET', controlPath(name, '/journal'), 200)
    const fields = 'operation status calling_key_id fault_id delivered key_id project_id service_account_id'.split(' ')
    const entries = responseBody.data.map((entry: Record<string, unknown>) =>
      Object.fromEntries(fields.map((field) => [field, entry[field]])),
    )
    runner.assertEqual(request, expected, entries)
  },
}

/** Converts a record to a journal entry. Secrets are redacted, also where a client sent one in place of an id. */
function toJournalEntry({ targets, token = '', ...entry }: JournalRecord): object {
  const redactId = (id: string | null | undefined) => {
    const redactedId = token.length < 8 ? id : id?.replaceAll(token, redactSecret)
    return redactedId?.replace(/sk-[A-Za-z0-9_-]{12,}/g, redactSecret) ?? null
  }
  const { key_id, project_id, service_account_id } = targets()
  const ids = { key_id, project_id, service_account_id }
  return { ...entry, ...Object.fromEntries(Object.entries(ids).map(([field, id]) => [field, redactId(id)])) }
}

const redactSecret = (secret: string) => (secret.length < 20 ? '[redacted]' : redactedValue(secret))

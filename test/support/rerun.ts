import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Behavior, BehaviorSchema } from '../../src/openai-api/behavior.ts'
import type { Inject } from './app.ts'

// The suites of the emulated API run again where it must behave the same (`npm run test:rerun`): on a sandbox that was used
// and reset, and in a second sandbox while `default` is busy.

const modes = ['reset', 'sandbox'] as const
export type RerunMode = (typeof modes)[number]

/** The mode of this run; undefined for a new server. */
export const rerunMode = modes.find((mode) => mode === process.env['EMULATOR_TEST_RERUN'])

const second = '/sandbox/second'
const keysUrl = '/v1/organization/admin_api_keys'

/** How a test reaches its server in a rerun. */
export interface Rerun {
  /** Returns the URL to request for the one that the test asks for. */
  url(requested: string): string
  /** Returns the text of a response as the test expects it. */
  visibleText(text: string): string
  /** Stops the background requests. */
  stop(): void
  /** Stops the background requests and waits for the last one. */
  leave(): Promise<void>
}

const noRerun: Rerun = { url: (requested) => requested, visibleText: (text) => text, stop() {}, async leave() {} }

/** Prepares a server for the mode of this run. `seed` is the text of its seed. */
export async function startRerun(inject: Inject, seed: string): Promise<Rerun> {
  if (rerunMode === 'reset') {
    await useEverything(inject, seed.match(/sk-[\w-]+/g) ?? [])
    await requestOk(inject, 'POST', '/_emulator/reset')
    return noRerun
  }
  if (rerunMode === 'sandbox') {
    const { stop, leave } = await keepBusy(inject)
    await requestOk(inject, 'GET', `${second}/_emulator/clock`)
    return {
      url: (requested) => (requested.startsWith('/sandbox/') ? requested : second + requested),
      visibleText: (text) => text.replaceAll(second, '').replaceAll('sandbox=second', 'sandbox=default'),
      stop,
      leave,
    }
  }
  return noRerun
}

async function request(inject: Inject, method: string, url: string, body?: object, as = 'sk-admin-local') {
  const headers = { authorization: `Bearer ${as}` }
  return inject({ method, url, headers, ...(body === undefined ? {} : { payload: body }) })
}

/** Sends a request that must succeed, or the rerun would prove nothing. */
async function requestOk(inject: Inject, method: string, url: string, body?: object, as?: string) {
  const response = await request(inject, method, url, body, as)
  if (response.statusCode >= 300) throw new Error(`${method} ${url}: ${response.body}`)
  return response.json()
}

/** Switches every behavior to another value, except the named ones. */
async function switchBehavior(inject: Inject, except: readonly (keyof Behavior)[]): Promise<void> {
  const current = await requestOk(inject, 'GET', '/_emulator/behavior')
  const switches = Object.entries(BehaviorSchema.properties) as unknown as [keyof Behavior, { enum: string[] }][]
  const changes = switches
    .filter(([name]) => !except.includes(name))
    .map(([name, { enum: values }]) => [name, values.find((value) => value !== current[name])])
  await requestOk(inject, 'PATCH', '/_emulator/behavior', Object.fromEntries(changes))
}

/** Changes everything in `default` that can be changed. `values` are values of its keys. */
async function useEverything(inject: Inject, values: readonly string[]): Promise<void> {
  await requestOk(inject, 'PATCH', '/_emulator/behavior', { auth: 'any', state: 'kept' })
  for (const value of ['sk-admin-local', ...values]) await requestOk(inject, 'GET', keysUrl, undefined, value)
  // The admin key and the seed's keys are used, and then deleted.
  const { data } = await requestOk(inject, 'GET', `${keysUrl}?limit=3`)
  const created = await requestOk(inject, 'POST', keysUrl, { name: 'before the reset' })
  await requestOk(inject, 'POST', keysUrl, { name: 'expires before the reset', expires_in_seconds: 1 })
  await requestOk(inject, 'PUT', '/_emulator/snapshots/before')
  for (const { id } of [created, ...data]) {
    await requestOk(inject, 'DELETE', `${keysUrl}/${encodeURIComponent(id)}`)
  }
  await requestOk(inject, 'POST', '/_emulator/snapshots/before/restore')
  await requestOk(inject, 'GET', `${keysUrl}?limit=1`)
  await requestOk(inject, 'PUT', '/_emulator/clock', { now: '2040-01-01', frozen: true })
  await requestOk(inject, 'POST', keysUrl, { name: 'created in 2040' })
  await requestOk(inject, 'POST', '/_emulator/faults', { operation: '*', kind: 'error', status: 503, times: null })
  await requestOk(inject, 'POST', '/_emulator/faults', { operation: '*', kind: 'rate_limit', requests: 0, per: '1d' })
  await request(inject, 'GET', keysUrl)
  await switchBehavior(inject, [])
}

// Values and ids that tests take for unknown; `default` has them.
const conflictingKeys = [
  ...['wrong', 'sk-admin-wrong-value', 'sk-proj-abc', 'sk-proj-abcdef', 'My Admin'].map((value) => ({ value })),
  ...['key_none', 'key_x', '0'].map((id) => ({ id })),
].map((key) => ({ name: 'conflicting', ...key }))

/** Puts `default` into a state that no test expects. */
async function makeUnexpected(inject: Inject): Promise<void> {
  await requestOk(inject, 'POST', '/_emulator/reset')
  await switchBehavior(inject, ['auth', 'state'])
  await requestOk(inject, 'PATCH', '/_emulator/behavior', { auth: 'any', state: 'kept' })
  await requestOk(inject, 'PUT', '/_emulator/clock', { now: '2040-01-01', frozen: true })
  await requestOk(inject, 'POST', '/_emulator/state', { keys: conflictingKeys })
}

/** Keeps `default` busy until it is stopped. */
async function keepBusy(inject: Inject): Promise<Pick<Rerun, 'stop' | 'leave'>> {
  let isStopped = false
  await makeUnexpected(inject)
  const work = async () => {
    while (!isStopped) {
      for (let n = 0; n < 20 && !isStopped; n++) {
        const { id } = await requestOk(inject, 'POST', keysUrl, { name: 'a key of default' })
        await requestOk(inject, 'GET', keysUrl)
        if (n % 2 === 0) await requestOk(inject, 'DELETE', `${keysUrl}/${id}`)
        await nextTurn()
      }
      await requestOk(inject, 'POST', '/_emulator/faults', { operation: '*', kind: 'error', status: 503, times: null })
      await request(inject, 'GET', keysUrl)
      await nextTurn()
      await makeUnexpected(inject)
    }
  }
  // A test that closes its server aborts the last request.
  const done = work().catch((error) => {
    if (!isStopped) throw error
  })
  const stop = () => {
    isStopped = true
  }
  return {
    stop,
    async leave() {
      stop()
      await done
    },
  }
}

import { setImmediate as turn } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { type Behavior, BehaviorSchema } from '../../src/openai-api/behavior.ts'

// The suites that say how the API behaves run again where it must behave the same: `npm run test:rerun`.

const stages = ['reset', 'sandbox'] as const
export type Stage = (typeof stages)[number]

/** Where servers are made to stand before a test gets them; undefined for a new one as it is. */
export const stage = stages.find((each) => each === process.env['EMULATOR_TEST_STAGE'])

const second = '/sandbox/second'
const keysUrl = '/v1/organization/admin_api_keys'

/** A server as its tests see it in a stage. */
export interface Staged {
  /** What a test asks for, as the server is asked. */
  url(asked: string): string
  /** What the server says, as the test is to see it. */
  said(text: string): string
  leave(): Promise<void>
}

const asItIs: Staged = { url: (asked) => asked, said: (text) => text, leave: async () => {} }

/** `seed` is the text of the server's seed, if it has one. */
export async function enterStage(app: FastifyInstance, seed: string): Promise<Staged> {
  if (stage === 'reset') {
    await use(app, seed.match(/sk-[\w-]+/g) ?? [])
    await must(app, 'POST', '/_emulator/reset')
    return asItIs
  }
  if (stage === 'sandbox') {
    const leave = await burden(app)
    await must(app, 'GET', `${second}/_emulator/clock`)
    return {
      url: (asked) => (asked.startsWith('/sandbox/') ? asked : second + asked),
      said: (text) => text.replaceAll(second, '').replaceAll('sandbox=second', 'sandbox=default'),
      leave,
    }
  }
  return asItIs
}

async function ask(app: FastifyInstance, method: string, url: string, body?: object, as = 'sk-admin-local') {
  const headers = { authorization: `Bearer ${as}` }
  const payload = body === undefined ? {} : { payload: body }
  return app.inject({ method: method as 'GET', url, headers, ...payload })
}

/** Asks for what must succeed, or a test would prove nothing. */
async function must(app: FastifyInstance, method: string, url: string, body?: object, as?: string) {
  const answer = await ask(app, method, url, body, as)
  if (answer.statusCode >= 300) throw new Error(`${method} ${url}: ${answer.body}`)
  return answer.json()
}

/** Every switch but those on its other side. */
async function switchAll(app: FastifyInstance, but: readonly (keyof Behavior)[]): Promise<void> {
  const present = await must(app, 'GET', '/_emulator/behavior')
  const switches = Object.entries(BehaviorSchema.properties) as unknown as [keyof Behavior, { enum: string[] }][]
  const other = switches
    .filter(([name]) => !but.includes(name))
    .map(([name, { enum: values }]) => [name, values.find((value) => value !== present[name])])
  await must(app, 'PATCH', '/_emulator/behavior', Object.fromEntries(other))
}

/** Changes all of `default` that can be changed; `values` are of keys that it has. */
async function use(app: FastifyInstance, values: readonly string[]): Promise<void> {
  await must(app, 'PATCH', '/_emulator/behavior', { auth: 'any', state: 'kept' })
  for (const value of ['sk-admin-local', ...values]) await must(app, 'GET', keysUrl, undefined, value)
  // The admin key and those of the seed: used, and then deleted.
  const { data } = await must(app, 'GET', `${keysUrl}?limit=3`)
  const made = await must(app, 'POST', keysUrl, { name: 'of before' })
  await must(app, 'POST', keysUrl, { name: 'of before, too', expires_in_seconds: 1 })
  await must(app, 'PUT', '/_emulator/snapshots/before')
  for (const { id } of [made, ...data]) await must(app, 'DELETE', `${keysUrl}/${encodeURIComponent(id)}`)
  await must(app, 'POST', '/_emulator/snapshots/before/restore')
  await must(app, 'GET', `${keysUrl}?limit=1`)
  await must(app, 'PUT', '/_emulator/clock', { now: '2040-01-01', frozen: true })
  await must(app, 'POST', keysUrl, { name: 'of 2040' })
  await must(app, 'POST', '/_emulator/faults', { operation: '*', kind: 'error', status: 503, times: null })
  await must(app, 'POST', '/_emulator/faults', { operation: '*', kind: 'rate_limit', requests: 0, per: '1d' })
  await ask(app, 'GET', keysUrl)
  await switchAll(app, [])
}

// What tests take for unknown, `default` knows.
const strangers = [
  ...['wrong', 'sk-admin-wrong-value', 'sk-proj-abc', 'sk-proj-abcdef', 'My Admin'].map((value) => ({ value })),
  ...['key_none', 'key_x', '0'].map((id) => ({ id })),
].map((key) => ({ name: 'stranger', ...key }))

/** Puts `default` into a state that no test expects. */
async function alienate(app: FastifyInstance): Promise<void> {
  await must(app, 'POST', '/_emulator/reset')
  await switchAll(app, ['auth', 'state'])
  await must(app, 'PATCH', '/_emulator/behavior', { auth: 'any', state: 'kept' })
  await must(app, 'PUT', '/_emulator/clock', { now: '2040-01-01', frozen: true })
  await must(app, 'POST', '/_emulator/state', { keys: strangers })
}

/** Keeps `default` busy until the server closes or the answer is called. */
async function burden(app: FastifyInstance): Promise<() => Promise<void>> {
  let isOver = false
  app.addHook('preClose', async () => {
    isOver = true
  })
  await alienate(app)
  const work = async () => {
    while (!isOver) {
      for (let n = 0; n < 20 && !isOver; n++) {
        const { id } = await must(app, 'POST', keysUrl, { name: 'of default' })
        await must(app, 'GET', keysUrl)
        if (n % 2 === 0) await must(app, 'DELETE', `${keysUrl}/${id}`)
        await turn()
      }
      await must(app, 'POST', '/_emulator/faults', { operation: '*', kind: 'error', status: 503, times: null })
      await ask(app, 'GET', keysUrl)
      await turn()
      await alienate(app)
    }
  }
  // A test that closes its server breaks off what was asked last.
  const done = work().catch((error) => {
    if (!isOver) throw error
  })
  return async () => {
    isOver = true
    await done
  }
}

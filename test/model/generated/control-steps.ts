import { askApi, pathIn, resolve } from './api-steps.ts'
import { bodyOf } from './fault-model.ts'
import { type Key, redacted } from './initial-state.ts'
import type { World } from './model-runner.ts'
import { type Entry, parts } from './sandbox-model.ts'
import type { ControlStep } from './steps.ts'

type Act<Do extends ControlStep['do']> = (
  world: World,
  name: string,
  step: Extract<ControlStep, { do: Do }>,
) => Promise<unknown>

/** Does to a sandbox what a tester does, on the server and in the model. */
export async function interfere(world: World, step: ControlStep): Promise<void> {
  const act = acts[step.do] as Act<ControlStep['do']>
  await act(world, world.nameOf(step.at), step)
}

/** Asks a control, which must answer so; answers the body. */
async function control(world: World, method: string, path: string, status: number, body?: unknown) {
  const sent = { method, path, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }
  const { outcome } = await world.send(sent)
  world.compare(sent, status, outcome.kind === 'answer' ? outcome.status : outcome)
  return { sent, answer: 'text' in outcome ? JSON.parse(outcome.text) : undefined }
}

const controlOf = (name: string, path: string) => pathIn(name, `/_emulator${path}`)

async function setClock(world: World, name: string, now: number, body: object): Promise<void> {
  const { state } = world.obtain(name)
  state.now = now
  const { sent, answer } = await control(world, 'PUT', controlOf(name, '/clock'), 200, body)
  world.compare(sent, { now: new Date(now * 1000).toISOString(), unix: now, frozen: true }, answer)
}

const acts: { [Do in ControlStep['do']]: Act<Do> } = {
  advance: (world, name, { seconds }) =>
    setClock(world, name, world.obtain(name).state.now + seconds, { advance: seconds }),

  async expire(world, name, { key, seconds }) {
    const sandbox = world.find(name)
    const expiry = sandbox && (resolve(key, sandbox, world) as Key).expires_at
    if (typeof expiry !== 'number') return
    await setClock(world, name, expiry + seconds, { now: expiry + seconds })
    await askApi(world, { do: 'list', at: world.names.indexOf(name), as: key, page: {}, hasV1: true })
  },

  async reset(world, name, { what }) {
    world.obtain(name).reset(what)
    // A reset of everything says so by saying nothing.
    const body = what.length === parts.length ? undefined : { only: what }
    await control(world, 'POST', controlOf(name, '/reset'), 200, body)
  },

  async fork(world, name, { at, from, isFresh }) {
    const origin = world.nameOf(from)
    if (isFresh && origin !== name) await acts.remove(world, name, { do: 'remove', at })
    const begun = world.find(origin)?.state
    const status = world.find(name) !== undefined ? 409 : begun === undefined ? 404 : 201
    if (status === 201) world.make(name, begun)
    await control(world, 'POST', '/_emulator/sandboxes', status, { name, from: { sandbox: origin } })
  },

  async remove(world, name) {
    const status = name === 'default' ? 400 : world.find(name) === undefined ? 404 : 200
    if (status === 200) world.remove(name)
    await control(world, 'DELETE', `/_emulator/sandboxes/${name}`, status)
  },

  async carry(world, name, { from }) {
    const origin = world.nameOf(from)
    const { answer: state } = await control(world, 'GET', controlOf(origin, '/state'), 200)
    world.obtain(name).load(world.obtain(origin).state)
    await control(world, 'PUT', controlOf(name, '/state'), 200, state)
    const { sent, answer } = await control(world, 'GET', controlOf(name, '/state'), 200)
    world.compare(sent, state, answer)
  },

  async snapshot(world, name) {
    const sandbox = world.obtain(name)
    sandbox.snapshots.set('one', structuredClone(sandbox.state))
    await control(world, 'PUT', controlOf(name, '/snapshots/one'), 200)
  },

  async restore(world, name) {
    const sandbox = world.obtain(name)
    const state = sandbox.snapshots.get('one')
    if (state !== undefined) sandbox.load(state)
    await control(world, 'POST', controlOf(name, '/snapshots/one/restore'), state === undefined ? 404 : 200)
  },

  async arm(world, name, { fault }) {
    world.obtain(name).faults.arm(fault)
    await control(world, 'POST', controlOf(name, '/faults'), 201, bodyOf(fault))
  },

  async 'read faults'(world, name) {
    const expected = world.obtain(name).faults.armed.map(({ id, hits }) => ({ id, hits }))
    const { sent, answer } = await control(world, 'GET', controlOf(name, '/faults'), 200)
    world.compare(
      sent,
      expected,
      answer.data.map(({ id, hits }: { id: string; hits: number }) => ({ id, hits })),
    )
  },

  async 'read journal'(world, name) {
    const expected = world.obtain(name).journal.map(inWriting)
    const { sent, answer } = await control(world, 'GET', controlOf(name, '/journal'), 200)
    const fields = ['operation', 'status', 'calling_key_id', 'key_id', 'fault_id', 'delivered']
    const written = answer.data.map((entry: Record<string, unknown>) =>
      Object.fromEntries(fields.map((field) => [field, entry[field]])),
    )
    world.compare(sent, expected, written)
  },
}

/** As the journal shows an entry: without a secret, also where a client sent one in the place of an id. */
function inWriting({ key, token = '', ...entry }: Entry): object {
  const id = typeof key === 'object' ? (key?.id ?? null) : key
  const hidden = token.length < 8 ? id : id?.replaceAll(token, shortened)
  return { ...entry, key_id: hidden?.replace(/sk-[A-Za-z0-9_-]{12,}/g, shortened) ?? null }
}

const shortened = (secret: string) => (secret.length < 20 ? '[redacted]' : redacted(secret))

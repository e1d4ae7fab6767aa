import type { Outcome, Sent } from './client.ts'
import { type Answer, brokenUrl, unknownUrl, wrongBodies, wrongMethod } from './expected-errors.ts'
import { type Key, redacted } from './initial-state.ts'
import type { World } from './model-runner.ts'
import type { Drawn } from './organization-model.ts'
import type { Question, SandboxModel } from './sandbox-model.ts'
import type { ApiStep, CreateBody, Reference, StrayStep } from './steps.ts'

const keysPath = '/organization/admin_api_keys'

/** A path as it stands in a sandbox. */
export const pathIn = (sandbox: string, path: string) => (sandbox === 'default' ? path : `/sandbox/${sandbox}${path}`)

/** Asks the API something, and holds the answer against the model's. */
export async function askApi(world: World, step: ApiStep): Promise<void> {
  const name = world.nameOf(step.at)
  const sandbox = world.obtain(name)
  const question = questionOf(step, sandbox, world)
  const sent = requestOf(question, pathIn(name, step.hasV1 ? `/v1${keysPath}` : keysPath))
  if (step.gossip !== undefined) sent.headers['X-Note'] = tokenOf(step.gossip, sandbox, world)
  const { outcome, drawn } = await world.send(sent, step.do === 'create' ? readDrawn : undefined)
  const isLost = outcome.kind !== 'answer' || outcome.status === 503
  const lost = step.do === 'create' && isLost ? await findNewest(world, name) : undefined
  world.compare(sent, sandbox.ask(question, drawn ?? lost), outcome)
}

function questionOf(step: ApiStep, sandbox: SandboxModel, world: World): Question {
  const token = step.as === null ? undefined : tokenOf(step.as, sandbox, world)
  if (step.do === 'create') return { operation: step.do, token, body: step.body }
  if (step.do !== 'list') return { operation: step.do, token, id: idOf(step.key, sandbox, world) }
  const { after, ...page } = step.page
  return {
    operation: step.do,
    token,
    page: after === undefined ? page : { ...page, after: idOf(after, sandbox, world) },
  }
}

function requestOf(question: Question, path: string): Sent & { headers: Record<string, string> } {
  const { operation, token } = question
  const headers: Record<string, string> = token === undefined ? {} : { Authorization: `Bearer ${token}` }
  if (operation === 'create') {
    headers['Content-Type'] = 'application/json'
    return { method: 'POST', path, headers, body: bytesOf(question.body) }
  }
  if (operation === 'list') {
    const query = Object.entries(question.page).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    return { method: 'GET', path: query.length === 0 ? path : `${path}?${query.join('&')}`, headers }
  }
  return {
    method: operation === 'retrieve' ? 'GET' : 'DELETE',
    path: `${path}/${encodeURIComponent(question.id)}`,
    headers,
  }
}

const bytesOf = (body: CreateBody): string | Buffer =>
  'wrong' in body ? Buffer.from(wrongBodies[body.wrong]?.body ?? '', 'latin1') : JSON.stringify(body)

const idOf = (reference: Reference, sandbox: SandboxModel, world: World): string =>
  typeof reference === 'string' ? reference : (resolve(reference, sandbox, world).id ?? 'key_of_nobody')

const tokenOf = (reference: Reference, sandbox: SandboxModel, world: World): string =>
  typeof reference === 'string' ? reference : (resolve(reference, sandbox, world).value ?? 'sk-admin-of-nobody')

/** The key, or what of one is known. */
export function resolve(
  reference: Exclude<Reference, string>,
  { state, organization }: SandboxModel,
  { made }: World,
): Partial<Drawn> {
  if ('anywhere' in reference) return newest(made, reference.anywhere) ?? {}
  // The first is the admin key, named where it is meant: without it there is little left to see.
  if ('here' in reference) return newest(state.keys.slice(1), reference.here) ?? {}
  const live = state.keys.filter(organization.isLive)
  if ('live' in reference) return live[reference.live % live.length] ?? {}
  const value = newest(state.keys, reference.secretOf)?.value ?? 'sk-admin-of-nobody'
  return { id: value, value }
}

const newest = <Thing>(things: readonly Thing[], nth: number) => things.at(-1 - (nth % things.length))

/** What a create shows; nothing where it is of another form than the API's. */
function readDrawn(outcome: Outcome): Drawn | undefined {
  if (outcome.kind !== 'answer' || outcome.status !== 200) return undefined
  const { id, value } = JSON.parse(outcome.text) as { id: string; value: string }
  const isFormed = /^key_[A-Za-z0-9]{16}$/.test(id) && /^sk-admin-[A-Za-z0-9_-]{124}$/.test(value)
  return isFormed ? { id, value, redacted_value: redacted(value) } : undefined
}

/** What must be asked for where the answer that should have shown it was lost. */
async function findNewest(world: World, name: string): Promise<Drawn | undefined> {
  const sent = { method: 'GET', path: pathIn(name, '/_emulator/state') }
  const { drawn } = await world.send(sent, (outcome) => {
    if (outcome.kind !== 'answer') return undefined
    const { id, redacted_value } = JSON.parse(outcome.text).keys.at(-1) as Key
    return { id, redacted_value, value: undefined }
  })
  return drawn
}

const strays: ((path: string) => { method: string; path: string; answer: Answer })[] = [
  (path) => ({ method: 'GET', path: `${path}/%ff`, answer: brokenUrl() }),
  (path) => ({ method: 'GET', path: `${path}?after=%e4`, answer: brokenUrl() }),
  (path) => ({ method: 'GET', path: `${path}/`, answer: unknownUrl('GET', `${path}/`) }),
  (path) => ({ method: 'PATCH', path, answer: wrongMethod('PATCH', path) }),
]

/** Asks for what is not there; no sandbox comes of it. */
export async function askAstray(world: World, { at, which }: StrayStep): Promise<void> {
  const name = world.nameOf(at)
  const stray = strays[which % strays.length]
  if (stray === undefined) return
  const { answer, ...sent } = stray(pathIn(name, keysPath))
  const expected: Outcome = { kind: 'answer', ...answer }
  const { outcome } = await world.send(sent)
  world.find(name)?.note({}, expected)
  world.compare(sent, expected, outcome)
}

import type { FastifyInstance, FastifyRequest } from 'fastify'
import { customAlphabet } from 'nanoid'
import * as Type from 'typebox'
import { monotonicNow, systemNow } from '../../sandbox/clock.ts'
import type { Registry } from '../../sandbox/registry.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import type { Image } from '../../sandbox/storage/database.ts'
import { link, Nullable, UnixTime } from '../../schema/typebox.ts'
import { defaultSandbox, isSandboxName, sandboxNamePattern, sandboxNameRule } from '../../server/request/target.ts'
import type { Sent } from '../body.ts'
import * as errors from '../errors.ts'
import { control } from '../operation.ts'
import type { ControlOptions } from '../plugin.ts'

const Name = Type.String({ pattern: sandboxNamePattern, description: sandboxNameRule })

const CreateSandbox = Type.Object(
  {
    name: Type.Optional(Name),
    from: Type.Optional(
      Type.Object(
        { sandbox: Name, snapshot: Type.Optional(Name) },
        { additionalProperties: false, description: 'an object: {sandbox, snapshot}' },
      ),
    ),
  },
  { additionalProperties: false, description: 'an object: {name, from}' },
)
type CreateSandbox = Type.Static<typeof CreateSandbox>
type Create = { Body: Sent<CreateSandbox> }

const baseUrl = Type.String({ description: "What a client's base URL is set to." })
const Listed = Type.Object({
  name: Type.String(),
  base_url: baseUrl,
  keys: Type.Integer({ description: 'How many keys it lists.' }),
  created_at: UnixTime('When it came into being, by the clock of the system.', 1_767_225_600),
  last_used_at: UnixTime('When it was last addressed, by the clock of the system.', 1_767_225_661),
})
const Created = Type.Object({
  name: Type.String(),
  base_url: baseUrl,
  admin_key: Nullable(Type.String(), { description: 'The value of the admin key, if there is one.' }),
})
const NameParams = Type.Object({
  name: Type.String({ pattern: sandboxNamePattern, description: 'The name of the sandbox.' }),
})

const links = { 201: { delete: link('emulator-sandboxes-delete', 'Removes it.', { name: '$response.body#/name' }) } }

const drawName = customAlphabet('0123456789abcdefghijklmnopqrstuvwxyz', 16)

/** The sandboxes: what there is, one more, one less. */
export function registerSandboxes(app: FastifyInstance, { registry }: ControlOptions): void {
  const listSandboxes = control('emulator-sandboxes-list', {
    summary: 'List the sandboxes',
    description: 'Those that have come into being, `default` first.',
    answers: { 200: [Type.Object({ data: Type.Array(Listed) }), 'The sandboxes.'] },
    isOfSandbox: false,
  })
  app.get('/_emulator/sandboxes', { schema: listSandboxes }, (request) => ({
    data: registry.all.map((sandbox) => show(sandbox, request)),
  }))

  const createSandbox = control('emulator-sandboxes-create', {
    summary: 'Make a sandbox',
    description:
      'From the seed, as a copy of another sandbox, or from a snapshot. A copy has the keys, the clock, the behaviours and the randomness of its origin, and no snapshots. Without a name it gets a random one.',
    body: CreateSandbox,
    examples: [{ name: 'my-test' }, { from: { sandbox: 'default' } }],
    answers: { 201: [Created, 'The new sandbox.'] },
    refuses: [404, 409],
  })
  app.post<Create>('/_emulator/sandboxes', { schema: createSandbox, links }, (request, reply) => {
    const { name = drawName(), from } = request.body.content
    if (registry.find(name) !== undefined) throw errors.sandboxExists(name)
    const sandbox = registry.make(name, from && imageFrom(registry, from))
    if (sandbox === undefined) throw errors.sandboxLimit(name, registry.maxSandboxes)
    reply.code(201)
    return { name, base_url: baseUrlOf(name, request), admin_key: registry.origin.adminKey ?? null }
  })

  const deleteAll = control('emulator-sandboxes-delete-all', {
    summary: 'Remove all sandboxes but `default`',
    description: 'For good. Requests in flight are cut.',
    answers: { 200: [Type.Object({ deleted: Type.Array(Type.String()) }), 'Their names.'] },
    isOfSandbox: false,
  })
  app.delete('/_emulator/sandboxes', { schema: deleteAll }, () => {
    const names = registry.all.map(({ name }) => name).filter((name) => name !== defaultSandbox)
    for (const name of names) registry.remove(name)
    return { deleted: names }
  })

  const deleteSandbox = control('emulator-sandboxes-delete', {
    summary: 'Remove a sandbox',
    description: 'For good. Requests in flight are cut. The next request to that name makes it anew, from the seed.',
    params: NameParams,
    answers: { 200: [Type.Object({ deleted: Type.Array(Type.String()) }), 'Its name.'] },
    refuses: [400, 404],
    isOfSandbox: false,
  })
  app.delete<{ Params: { name: string } }>('/_emulator/sandboxes/:name', { schema: deleteSandbox }, (request) => {
    const { name } = request.params
    if (name === defaultSandbox) throw errors.defaultSandboxStays()
    if (!isSandboxName(name) || registry.find(name) === undefined) throw errors.sandboxNotFound(name)
    registry.remove(name)
    return { deleted: [name] }
  })
}

function imageFrom(registry: Registry, { sandbox: name, snapshot }: NonNullable<CreateSandbox['from']>): Image {
  const sandbox = registry.find(name)
  if (sandbox === undefined) throw errors.sandboxNotFound(name)
  if (snapshot === undefined) return sandbox.image()
  const image = sandbox.snapshot(snapshot).read()
  if (image === undefined) throw errors.snapshotNotFound(snapshot, name)
  return image
}

function show({ name, state, madeAt, lastUsed }: Sandbox, request: FastifyRequest) {
  const idle = monotonicNow() - lastUsed
  return {
    name,
    base_url: baseUrlOf(name, request),
    keys: state.store.count(),
    created_at: Math.floor(madeAt / 1000),
    last_used_at: Math.floor((systemNow() - idle) / 1000),
  }
}

/** As whoever asks reaches us. */
function baseUrlOf(name: string, { headers, socket }: FastifyRequest): string {
  const root = `http://${headers.host ?? `${socket.localAddress}:${socket.localPort}`}`
  return name === defaultSandbox ? `${root}/v1` : `${root}/sandbox/${name}/v1`
}

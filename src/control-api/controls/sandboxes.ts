import type { FastifyInstance, FastifyRequest } from 'fastify'
import { customAlphabet } from 'nanoid'
import * as Type from 'typebox'
import { monotonicNow, systemNow } from '../../common/clock.ts'
import type { Registry } from '../../sandbox/registry.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import type { Image } from '../../sandbox/storage/database.ts'
import { link, Nullable, UnixTime } from '../../schema/typebox.ts'
import { defaultSandbox, isSandboxName, sandboxNamePattern, sandboxNameRule } from '../../server/request/target.ts'
import type { ParsedBody } from '../body.ts'
import * as errors from '../errors.ts'
import { defineControl } from '../operation.ts'
import type { ControlDeps } from '../plugin.ts'

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
type Create = { Body: ParsedBody<CreateSandbox> }

const baseUrl = Type.String({ description: "What a client's base URL is set to." })
const ListedSandbox = Type.Object({
  name: Type.String(),
  base_url: baseUrl,
  keys: Type.Integer({ description: 'How many keys it lists.' }),
  created_at: UnixTime('When it came into being, by the clock of the system.', 1_767_225_600),
  last_used_at: UnixTime('When it was last addressed, by the clock of the system.', 1_767_225_661),
})
const CreatedSandbox = Type.Object({
  name: Type.String(),
  base_url: baseUrl,
  admin_key: Nullable(Type.String(), { description: 'The value of the admin key, if there is one.' }),
})
const NameParams = Type.Object({
  name: Type.String({ pattern: sandboxNamePattern, description: 'The name of the sandbox.' }),
})

const links = { 201: { delete: link('emulator-sandboxes-delete', 'Removes it.', { name: '$response.body#/name' }) } }

const generateName = customAlphabet('0123456789abcdefghijklmnopqrstuvwxyz', 16)

/** The sandboxes: what there is, one more, one less. */
export function registerSandboxes(app: FastifyInstance, { registry }: ControlDeps): void {
  const listSandboxes = defineControl('emulator-sandboxes-list', {
    summary: 'List the sandboxes',
    description: 'Those that have come into being, `default` first.',
    responses: { 200: [Type.Object({ data: Type.Array(ListedSandbox) }), 'The sandboxes.'] },
    createsSandbox: false,
  })
  app.get('/_emulator/sandboxes', { schema: listSandboxes }, (request) => ({
    data: registry.all.map((sandbox) => toListedSandbox(sandbox, request)),
  }))

  const createSandbox = defineControl('emulator-sandboxes-create', {
    summary: 'Make a sandbox',
    description:
      'From the seed, as a copy of another sandbox, or from a snapshot. A copy has the keys, the clock, the behaviours and the randomness of its origin, and no snapshots. Without a name it gets a random one.',
    body: CreateSandbox,
    examples: [{ name: 'my-test' }, { from: { sandbox: 'default' } }],
    responses: { 201: [CreatedSandbox, 'The new sandbox.'] },
    extraErrors: [404, 409],
  })
  app.post<Create>('/_emulator/sandboxes', { schema: createSandbox, links }, (request, reply) => {
    const { name = generateName(), from } = request.body.content
    if (registry.find(name) !== undefined) throw errors.sandboxExists(name)
    const sandbox = registry.create(name, from && imageFrom(registry, from))
    if (sandbox === undefined) throw errors.sandboxLimit(name, registry.maxSandboxes)
    reply.code(201)
    return { name, base_url: requestedBaseUrl(name, request), admin_key: registry.defaults.adminKey ?? null }
  })

  const deleteSandboxes = defineControl('emulator-sandboxes-delete-all', {
    summary: 'Remove all sandboxes but `default`',
    description: 'For good. Requests in flight are cut.',
    responses: { 200: [Type.Object({ deleted: Type.Array(Type.String()) }), 'Their names.'] },
    createsSandbox: false,
  })
  app.delete('/_emulator/sandboxes', { schema: deleteSandboxes }, () => {
    const names = registry.all.map(({ name }) => name).filter((name) => name !== defaultSandbox)
    for (const name of names) registry.remove(name)
    return { deleted: names }
  })

  const deleteSandbox = defineControl('emulator-sandboxes-delete', {
    summary: 'Remove a sandbox',
    description: 'For good. Requests in flight are cut. The next request to that name makes it anew, from the seed.',
    params: NameParams,
    responses: { 200: [Type.Object({ deleted: Type.Array(Type.String()) }), 'Its name.'] },
    extraErrors: [400, 404],
    createsSandbox: false,
  })
  app.delete<{ Params: { name: string } }>('/_emulator/sandboxes/:name', { schema: deleteSandbox }, (request) => {
    const { name } = request.params
    if (name === defaultSandbox) throw errors.cannotDeleteDefaultSandbox()
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

function toListedSandbox({ name, state, createdAt, lastUsed }: Sandbox, request: FastifyRequest) {
  const idleMs = monotonicNow() - lastUsed
  return {
    name,
    base_url: requestedBaseUrl(name, request),
    keys: state.store.count(),
    created_at: Math.floor(createdAt / 1000),
    last_used_at: Math.floor((systemNow() - idleMs) / 1000),
  }
}

/** As whoever asks reaches us. */
function requestedBaseUrl(name: string, { headers, socket }: FastifyRequest): string {
  const root = `http://${headers.host ?? `${socket.localAddress}:${socket.localPort}`}`
  return name === defaultSandbox ? `${root}/v1` : `${root}/sandbox/${name}/v1`
}

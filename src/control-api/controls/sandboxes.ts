import type { FastifyInstance, FastifyRequest } from 'fastify'
import { customAlphabet } from 'nanoid'
import * as Type from 'typebox'
import { monotonicNow, systemNow } from '../../common/clock.ts'
import { runInTurns } from '../../common/turns.ts'
import { countListedKeys } from '../../sandbox/keys/count.ts'
import { defaultSandbox, isSandboxName, sandboxNamePattern, sandboxNameRule } from '../../sandbox/names.ts'
import type { SandboxRegistry } from '../../sandbox/registry.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import type { Image } from '../../sandbox/storage/database.ts'
import { link } from '../../schema/openapi-operation.ts'
import { Nullable, UnixTime } from '../../schema/typebox.ts'
import type { ParsedBody } from '../body.ts'
import type { ControlDeps } from '../deps.ts'
import * as errors from '../errors.ts'
import { defineControl } from '../operation.ts'
import { requestedBaseUrl } from './requested-base-url.ts'

const Name = Type.String({ pattern: sandboxNamePattern, description: sandboxNameRule })

/** How to create a sandbox. */
export const NewSandbox = Type.Object(
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
export type NewSandbox = Type.Static<typeof NewSandbox>

const baseUrl = Type.String({ description: 'The base URL for clients.' })

export const ListedSandbox = Type.Object({
  name: Type.String(),
  base_url: baseUrl,
  keys: Type.Integer({ description: 'The number of admin keys it lists.' }),
  created_at: UnixTime('When it was created, in Unix seconds of the system clock.', 1_767_225_600),
  last_used_at: UnixTime('When it was last used, in Unix seconds of the system clock.', 1_767_225_661),
})
export type ListedSandbox = Type.Static<typeof ListedSandbox>

const CreatedSandbox = Type.Object({
  name: Type.String(),
  base_url: baseUrl,
  admin_key: Nullable(Type.String(), { description: 'The value of the admin key, if there is one.' }),
})
const NameParams = Type.Object({
  name: Type.String({ pattern: sandboxNamePattern, description: 'The name of the sandbox.' }),
})
const Deleted = Type.Object({ deleted: Type.Array(Type.String()) })

const links = {
  201: { delete: link('emulator-sandboxes-delete', 'Removes the sandbox.', { name: '$response.body#/name' }) },
}

const generateName = customAlphabet('0123456789abcdefghijklmnopqrstuvwxyz', 16)

/** Registers the controls that list, create and remove sandboxes. */
export function registerSandboxes(app: FastifyInstance, { registry, log }: ControlDeps): void {
  const listSandboxes = defineControl('emulator-sandboxes-list', {
    summary: 'List the sandboxes',
    description: 'Lists the sandboxes that exist, `default` first.',
    responses: { 200: [Type.Object({ data: Type.Array(ListedSandbox) }), 'The sandboxes.'] },
    scope: 'emulator',
  })
  app.get('/_emulator/sandboxes', { schema: listSandboxes }, async (request, { raw }) => {
    // Part of what is added to a sandbox in turns must not be counted.
    await Promise.all(registry.all.map(({ change }) => change))
    return { data: await runInTurns(listAll(registry, request), raw) }
  })

  const createSandbox = defineControl('emulator-sandboxes-create', {
    summary: 'Create a sandbox',
    description:
      'Creates a sandbox from the seed, as a copy of another sandbox, or from a snapshot. A copy has the keys, clock, behavior and randomness of its source, but no snapshots. Without `name`, the name is random.',
    body: NewSandbox,
    examples: [{ name: 'my-test' }, { from: { sandbox: 'default' } }],
    responses: { 201: [CreatedSandbox, 'The new sandbox.'] },
    extraErrors: [404, 409, 503],
    scope: 'emulator',
  })
  type CreateRoute = { Body: ParsedBody<NewSandbox> }
  app.post<CreateRoute>('/_emulator/sandboxes', { schema: createSandbox, links }, async (request, reply) => {
    const { name = generateName(), from } = request.body.content
    if (from !== undefined) await waitForChanges(registry, from.sandbox)
    if (registry.find(name) !== undefined || registry.creationOf(name) !== undefined) throw errors.sandboxExists(name)
    const isInTurns = from === undefined && registry.hasLargeSeed
    const sandbox = isInTurns
      ? await registry.createInTurns(name)
      : registry.create(name, from && imageFrom(registry, from))
    if (sandbox === undefined) throw errors.sandboxLimit(name, registry.maxSandboxes)
    reply.code(201)
    return { name, base_url: requestedBaseUrl(name, request), admin_key: registry.defaults.adminKey ?? null }
  })

  function remove(name: string): void {
    registry.remove(name)
    log.info({ sandbox: name }, 'sandbox removed')
  }

  const deleteSandboxes = defineControl('emulator-sandboxes-delete-all', {
    summary: 'Remove all sandboxes but `default`',
    description: 'Removes all sandboxes but `default` permanently, and aborts their requests in flight.',
    responses: { 200: [Deleted, 'The names of the sandboxes.'] },
    extraErrors: [503],
    scope: 'emulator',
  })
  app.delete('/_emulator/sandboxes', { schema: deleteSandboxes }, async () => {
    await registry.whenCreated()
    const sandboxes = registry.all.filter(({ name }) => name !== defaultSandbox)
    for (const sandbox of sandboxes) {
      const { name } = sandbox
      // A sandbox of the same name may have been created meanwhile.
      if (registry.find(name) === sandbox) remove(name)
      // Removing a stored sandbox takes milliseconds; other requests run in between.
      await new Promise((resolve) => setImmediate(resolve))
    }
    return { deleted: sandboxes.map(({ name }) => name) }
  })

  const deleteSandbox = defineControl('emulator-sandboxes-delete', {
    summary: 'Remove a sandbox',
    description:
      'Removes the sandbox permanently, and aborts its requests in flight. The next request to the name creates a new sandbox from the seed.',
    params: NameParams,
    responses: { 200: [Deleted, 'The name of the sandbox.'] },
    extraErrors: [404, 503],
    scope: 'emulator',
  })
  app.delete<{ Params: { name: string } }>('/_emulator/sandboxes/:name', { schema: deleteSandbox }, async (request) => {
    const { name } = request.params
    if (name === defaultSandbox) throw errors.cannotDeleteDefaultSandbox()
    // Otherwise, it would exist afterwards.
    await registry.creationOf(name)?.catch(() => {})
    if (!isSandboxName(name) || registry.find(name) === undefined) throw errors.sandboxNotFound(name)
    remove(name)
    return { deleted: [name] }
  })
}

async function waitForChanges(registry: SandboxRegistry, name: string): Promise<void> {
  for (;;) {
    const change = registry.creationOf(name) ?? registry.find(name)?.change
    if (change === undefined) return
    await change
  }
}

function imageFrom(registry: SandboxRegistry, { sandbox: name, snapshot }: NonNullable<NewSandbox['from']>): Image {
  const sandbox = registry.find(name)
  if (sandbox === undefined) throw errors.sandboxNotFound(name)
  sandbox.assertStored()
  if (snapshot === undefined) return sandbox.captureImage()
  const image = sandbox.snapshot(snapshot).read()
  if (image === undefined) throw errors.snapshotNotFound(snapshot, name)
  return image
}

function* listAll(registry: SandboxRegistry, request: FastifyRequest): Generator<void, ListedSandbox[]> {
  const listed: ListedSandbox[] = []
  for (const sandbox of registry.all) {
    const keys = yield* countKeys(sandbox)
    if (keys !== undefined) listed.push(toListedSandbox(sandbox, keys, request))
    yield
  }
  return listed
}

/** Returns undefined for a sandbox that is or has been removed. */
function* countKeys(sandbox: Sandbox): Generator<void, number | undefined> {
  while (sandbox.isOpen) {
    const keys = yield* countListedKeys(sandbox.state)
    if (keys !== undefined) return keys
  }
  return undefined
}

function toListedSandbox({ name, createdAt, lastUsed }: Sandbox, keys: number, request: FastifyRequest): ListedSandbox {
  const idleMs = monotonicNow() - lastUsed
  return {
    name,
    base_url: requestedBaseUrl(name, request),
    keys,
    created_at: Math.floor(createdAt / 1000),
    last_used_at: Math.floor((systemNow() - idleMs) / 1000),
  }
}

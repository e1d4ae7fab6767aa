import type { FastifyInstance, FastifyReply } from 'fastify'
import * as Type from 'typebox'
import { runInTurns } from '../../common/turns.ts'
import { AdminApiKey, AdminApiKeyCreateResponse, CreateBody } from '../../openai-api/admin-api-keys/schemas.ts'
import { fromJson } from '../../openai-api/json-text.ts'
import { type KeyPage as FoundPage, findKey, searchKeys, UnknownCursor } from '../../sandbox/keys/search.ts'
import { type KeyState, keyStates } from '../../sandbox/keys/search-queries.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { link } from '../../schema/openapi-operation.ts'
import { Choice, Nullable } from '../../schema/typebox.ts'
import type { ParsedBody } from '../body.ts'
import type { ControlDeps } from '../deps.ts'
import * as errors from '../errors.ts'
import { defineControl } from '../operation.ts'
import { KeysQuery, parseKeysQuery } from './key-query.ts'

const state = Choice(keyStates, {
  description: "What the key is by the sandbox's clock; `expiring`: it expires within seven days.",
})

export const KeyWithState = Type.Object({ ...AdminApiKey.properties, state })
export type KeyWithState = Type.Static<typeof KeyWithState>

export const CreatedKey = Type.Object({ ...AdminApiKeyCreateResponse.properties, state })
export type CreatedKey = Type.Static<typeof CreatedKey>

const KeyCounts = Type.Unsafe<Record<KeyState, number>>(
  Type.Object(Object.fromEntries(keyStates.map((name) => [name, Type.Integer()])), {
    description: 'The number of all keys in each state, whatever the query.',
  }),
)

export const KeyPage = Type.Object({
  data: Type.Array(KeyWithState),
  count: Type.Integer({ description: 'The number of keys that match `state` and `filter`.' }),
  counts: KeyCounts,
  next: Nullable(Type.String(), { description: 'The `after` of the next page; null after the last.' }),
})
export type KeyPage = Type.Static<typeof KeyPage>

/** A key to create. */
export const NewKey = Type.Object(CreateBody.properties, {
  additionalProperties: false,
  description: 'an object: {name, expires_in_seconds}',
})
export type NewKey = Type.Static<typeof NewKey>

const KeyParams = Type.Object({ key_id: Type.String({ description: 'The id of the key.' }) })
type KeyRoute = { Params: { key_id: string } }

/** Registers the keys of a sandbox: neither journaled nor faulted, and without effect on `last_used_at`. */
export function registerKeys(app: FastifyInstance, { sandboxFor, log }: ControlDeps): void {
  const listKeys = defineControl('emulator-keys-list', {
    summary: 'List the keys',
    description:
      'Lists keys as the API shows them, each with its state. Deleted keys are listed only with `state=deleted`. A page of long names may have fewer keys than `limit`: `next` tells whether another follows.',
    querystring: KeysQuery,
    responses: { 200: [KeyPage, 'A page of keys.'] },
  })
  type ListRoute = { Querystring: Record<string, unknown> }
  app.get<ListRoute>('/_emulator/keys', { schema: listKeys }, (request, reply) => {
    const search = parseKeysQuery(request.query)
    return readPage(sandboxFor(request), search, reply)
  })

  const createKey = defineControl('emulator-keys-create', {
    summary: 'Create a key',
    description: "Creates a key of the organization's user. No other response contains its value.",
    body: NewKey,
    examples: [{ name: 'CI deploys', expires_in_seconds: 2_592_000 }],
    responses: { 201: [CreatedKey, 'The new key with its value.'] },
  })
  const byId = { key_id: '$response.body#/id' }
  const links = {
    201: {
      get: link('emulator-keys-get', 'Returns the key.', byId),
      delete: link('emulator-keys-delete', 'Deletes the key.', byId),
    },
  }
  app.post<{ Body: ParsedBody<NewKey> }>('/_emulator/keys', { schema: createKey, links }, (request, reply) => {
    const { content, errorAt } = request.body
    if (!content.name.isWellFormed()) throw errorAt(['name'], 'well-formed Unicode without lone surrogates')
    const sandbox = sandboxFor(request)
    const created = fromJson<AdminApiKeyCreateResponse>(
      sandbox.api.adminApiKeys.create(content, undefined, sandbox.api.actorOf(undefined)).json,
    )
    log.info({ sandbox: sandbox.name, key: created.id }, 'key created')
    sandbox.changes.notify('keys')
    reply.code(201).header('cache-control', 'no-store')
    return { ...created, state: existing(sandbox, created.id).state }
  })

  const getKey = defineControl('emulator-keys-get', {
    summary: 'Get a key',
    description: 'Returns the key as the API shows it, with its state; also a deleted one.',
    params: KeyParams,
    responses: { 200: [KeyWithState, 'The key.'] },
    extraErrors: [404],
  })
  app.get<KeyRoute>('/_emulator/keys/:key_id', { schema: getKey }, (request) =>
    existing(sandboxFor(request), request.params.key_id),
  )

  const deleteKey = defineControl('emulator-keys-delete', {
    summary: 'Delete a key',
    description: 'Deletes the key permanently, as the API does: it no longer authenticates.',
    params: KeyParams,
    responses: { 200: [Type.Object({ deleted: Type.Array(Type.String()) }), 'The id of the key.'] },
    extraErrors: [404],
  })
  app.delete<KeyRoute>('/_emulator/keys/:key_id', { schema: deleteKey }, (request) => {
    const sandbox = sandboxFor(request)
    const { id, state } = existing(sandbox, request.params.key_id)
    if (state === 'deleted') throw errors.keyNotFound(id)
    sandbox.api.adminApiKeys.delete(id, sandbox.api.actorOf(undefined))
    log.info({ sandbox: sandbox.name, key: id }, 'key deleted')
    sandbox.changes.notify('keys')
    return { deleted: [id] }
  })
}

function existing(sandbox: Sandbox, id: string): KeyWithState {
  const key = findKey(sandbox.state, id)
  if (key === undefined) throw errors.keyNotFound(id)
  return key
}

async function readPage(
  sandbox: Sandbox,
  search: ReturnType<typeof parseKeysQuery>,
  { raw }: FastifyReply,
): Promise<FoundPage> {
  try {
    // Again if a reset has replaced the state meanwhile.
    while (sandbox.isOpen) {
      const page = await runInTurns(searchKeys(sandbox.state, search), raw)
      if (page !== undefined) return page
    }
  } catch (error) {
    if (!(error instanceof UnknownCursor)) throw error
    throw errors.invalidQuery('after', 'the id of a key', search.after ?? '')
  }
  throw errors.sandboxNotFound(sandbox.name)
}

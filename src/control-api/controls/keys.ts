import type { FastifyInstance } from 'fastify'
import * as Type from 'typebox'
import type { KeyType } from '../../sandbox/keys/key-state.ts'
import { searchKeys } from '../../sandbox/keys/search.ts'
import { type KeyWithState as FoundKey, findKey, readKey } from '../../sandbox/keys/shown-key.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { link } from '../../schema/openapi-operation.ts'
import type { ParsedBody } from '../body.ts'
import type { ControlDeps } from '../deps.ts'
import * as errors from '../errors.ts'
import { defineControl } from '../operation.ts'
import { createKey, deleteKey } from './change-keys.ts'
import { KeyQuery, KeysQuery, parseKeyQuery, parseKeysQuery } from './key-query.ts'
import { CreatedKey, KeyPage, KeyWithState, NewKey } from './key-schemas.ts'
import { searchInTurns } from './query.ts'

const KeyParams = Type.Object({ key_id: Type.String({ description: 'The id of the key.' }) })
type ListRoute = { Querystring: Record<string, unknown> }
type KeyRoute = ListRoute & { Params: { key_id: string } }

/** Registers the keys of a sandbox: neither journaled nor faulted, and without effect on `last_used_at`. */
export function registerKeys(app: FastifyInstance, { sandboxFor, log }: ControlDeps): void {
  const listControl = defineControl('emulator-keys-list', {
    summary: 'List the keys',
    description:
      'Lists admin keys and project keys by the time of their creation, as the API shows them, each with its type and state, a project key with its project. Deleted keys are listed only with `state=deleted`. A page of long names may have fewer keys than `limit`: `next` tells whether another follows.',
    querystring: KeysQuery,
    responses: { 200: [KeyPage, 'A page of keys.'] },
  })
  app.get<ListRoute>('/_emulator/keys', { schema: listControl }, (request, reply) => {
    const search = parseKeysQuery(request.query)
    const { after } = search
    return searchInTurns(sandboxFor(request), (state) => searchKeys(state, search), reply, {
      after,
      cursorRule: 'the id of a key',
    })
  })

  const createControl = defineControl('emulator-keys-create', {
    summary: 'Create a key',
    description:
      "Creates a key: an admin key of the organization's user, a key of a service account, or, with `project_id` alone, a project key of that user. No other response contains its value.",
    body: NewKey,
    examples: [{ name: 'CI deploys', expires_in_seconds: 2_592_000 }],
    responses: { 201: [CreatedKey, 'The new key with its value.'] },
  })
  const byId = { key_id: '$response.body#/id', type: '$response.body#/type' }
  const links = {
    201: {
      get: link('emulator-keys-get', 'Returns the key.', byId),
      delete: link('emulator-keys-delete', 'Deletes the key.', byId),
    },
  }
  app.post<{ Body: ParsedBody<NewKey> }>('/_emulator/keys', { schema: createControl, links }, (request, reply) => {
    const sandbox = sandboxFor(request)
    const { value, ...reference } = createKey(sandbox, request.body)
    log.info({ sandbox: sandbox.name, key: reference.id }, 'key created')
    reply.code(201).header('cache-control', 'no-store')
    return { ...readKey(sandbox.state, reference), value }
  })

  const getControl = defineControl('emulator-keys-get', {
    summary: 'Get a key',
    description: 'Returns the key as the API shows it, with its state; also a deleted one.',
    params: KeyParams,
    querystring: KeyQuery,
    responses: { 200: [KeyWithState, 'The key.'] },
    extraErrors: [404],
  })
  app.get<KeyRoute>('/_emulator/keys/:key_id', { schema: getControl }, (request) =>
    existing(sandboxFor(request), request.params.key_id, parseKeyQuery(request.query)),
  )

  const deleteControl = defineControl('emulator-keys-delete', {
    summary: 'Delete a key',
    description: 'Deletes the key permanently, as the API does: it no longer authenticates.',
    params: KeyParams,
    querystring: KeyQuery,
    responses: { 200: [Type.Object({ deleted: Type.Array(Type.String()) }), 'The id of the key.'] },
    extraErrors: [404],
  })
  app.delete<KeyRoute>('/_emulator/keys/:key_id', { schema: deleteControl }, (request) => {
    const sandbox = sandboxFor(request)
    const key = existing(sandbox, request.params.key_id, parseKeyQuery(request.query))
    if (key.state === 'deleted') throw errors.keyNotFound(key.id)
    deleteKey(sandbox, key)
    log.info({ sandbox: sandbox.name, key: key.id }, 'key deleted')
    return { deleted: [key.id] }
  })
}

function existing(sandbox: Sandbox, id: string, type: KeyType | undefined): FoundKey {
  const key = findKey(sandbox.state, id, type)
  if (key === undefined) throw errors.keyNotFound(id)
  return key
}

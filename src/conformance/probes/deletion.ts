import { anyToken, emptyForUnknownRoute } from '../checks/alternatives.ts'
import { checkThat } from '../checks/check-result.ts'
import { fieldDifferences } from '../checks/describe.ts'
import { evaluate } from '../checks/evaluate.ts'
import { type Check, succeeds } from '../checks/response-checks.ts'
import {
  createRequest,
  deleteRequest,
  keyPath,
  keysPath,
  listRequest,
  retrieveRequest,
  unknownId,
} from '../client/requests.ts'
import { idsOf, valueAt } from '../client/response.ts'
import { type Probe, sendAndCheck, writeProbe } from '../probe.ts'
import { isMethodNotAllowed, isNotFound } from './errors.ts'
import { isInvalidKey } from './lifecycle.ts'

const isDeletionOf =
  (id: string): Check =>
  ({ body }) => {
    const expected = 'its id, object, deleted true'
    const differences = fieldDifferences(body, ['id', 'object', 'deleted'])
    if (differences !== '') return checkThat(false, expected, differences)
    const isKey = valueAt(body, 'id') === id && valueAt(body, 'object') === 'organization.admin_api_key.deleted'
    const isDeleted = valueAt(body, 'deleted') === true
    return checkThat(isKey && isDeleted, expected, isKey ? 'not deleted true' : 'a different id or object')
  }

const isNotListed =
  (id: string): Check =>
  (response) =>
    checkThat(!idsOf(response).includes(id), 'not listed', 'still listed')

const wrongMethodOfCollection = (method: string): Probe =>
  writeProbe(`method-${method.toLowerCase()}`, 'sibling', async (context) => {
    const response = await context.send({ method, path: keysPath, body: '{}' })
    return evaluate(response, isMethodNotAllowed(context, method, keysPath, 'GET, POST'), [emptyForUnknownRoute])
  })

const wrongMethodOfKey = (method: string): Probe =>
  writeProbe(`method-${method.toLowerCase()}-of-key`, 'sibling', async (context) => {
    const path = keyPath((await context.sampleKey()).id)
    const response = await context.send(createRequest({ name: context.uniqueName() }, { method, path }))
    return evaluate(response, isMethodNotAllowed(context, method, path, 'GET, DELETE'), [emptyForUnknownRoute])
  })

// There is no probe for DELETE of the collection: a server that accepts it may delete keys of other people.
export const deletionProbes: Probe[] = [
  writeProbe('delete', 'spec', async (context) => {
    const { id } = await context.createKey()
    return evaluate(await context.send(deleteRequest(id)), [succeeds, isDeletionOf(id)])
  }),
  writeProbe('delete-with-json-content-type', 'sdk', async (context) => {
    const { id } = await context.createKey()
    const headers = { 'content-type': 'application/json' }
    return evaluate(await context.send(deleteRequest(id, { headers })), [succeeds])
  }),
  writeProbe('delete-twice', 'assumed', async (context) => {
    const { id } = await context.createKey()
    succeeds(await context.send(deleteRequest(id)))
    return evaluate(await context.send(deleteRequest(id)), [isNotFound(id)])
  }),
  writeProbe('delete-is-permanent', 'assumed', async (context) => {
    const { id } = await context.createKey()
    succeeds(await context.send(deleteRequest(id)))
    const retrieved = await context.send(retrieveRequest(id))
    const listed = await context.send(listRequest('?order=desc&limit=100'))
    return { results: [isNotFound(id)(retrieved), isNotListed(id)(listed)] }
  }),
  writeProbe('delete-ends-authentication', 'assumed', async (context) => {
    const { id, value } = await context.createKey()
    succeeds(await context.send(deleteRequest(id)))
    return evaluate(await context.send(listRequest('', { token: value })), [isInvalidKey], [anyToken()])
  }),
  writeProbe('delete-itself', 'assumed', async (context) => {
    const { id, value } = await context.createKey()
    return evaluate(await context.send(deleteRequest(id, { token: value })), [succeeds, isDeletionOf(id)])
  }),
  writeProbe('delete-unknown', 'assumed', sendAndCheck(deleteRequest(unknownId), [isNotFound(unknownId)])),
  wrongMethodOfCollection('PATCH'),
  wrongMethodOfCollection('PUT'),
  wrongMethodOfKey('POST'),
  wrongMethodOfKey('PATCH'),
]

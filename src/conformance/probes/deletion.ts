import { anyToken, emptyForUnknown } from '../checks/alternatives.ts'
import { fact } from '../checks/check-result.ts'
import { unlikeFields } from '../checks/describe.ts'
import { type Check, succeeds } from '../checks/response-checks.ts'
import { get, keysPath, post, remove, retrieve, unknownId } from '../client/client.ts'
import { at, idsOf } from '../client/response.ts'
import { asks, examine, writing } from '../probe.ts'
import { notAllowed, notFound } from './errors.ts'
import { isRefused } from './lifecycle.ts'

const isDeletion =
  (id: string): Check =>
  ({ body }) => {
    const expected = 'its id, object, deleted true'
    const fields = unlikeFields(body, ['id', 'object', 'deleted'])
    if (fields !== '') return fact(false, expected, fields)
    const isSo = at(body, 'id') === id && at(body, 'object') === 'organization.admin_api_key.deleted'
    return fact(isSo && at(body, 'deleted') === true, expected, isSo ? 'not deleted true' : 'another id or object')
  }

const isUnlisted =
  (id: string): Check =>
  (answer) =>
    fact(!idsOf(answer).includes(id), 'listed no more', 'listed still')

const ofCollection = (method: string) =>
  writing(`method-${method.toLowerCase()}`, 'sibling', async (stage) => {
    const answer = await stage.ask({ method, path: keysPath, body: '{}' })
    return examine(answer, notAllowed(stage, method, keysPath, 'GET, POST'), [emptyForUnknown])
  })

const ofKey = (method: string) =>
  writing(`method-${method.toLowerCase()}-of-key`, 'sibling', async (stage) => {
    const path = `${keysPath}/${encodeURIComponent((await stage.specimen()).id)}`
    const answer = await stage.ask(post({ name: stage.name() }, { method, path }))
    return examine(answer, notAllowed(stage, method, path, 'GET, DELETE'), [emptyForUnknown])
  })

// A DELETE of the collection is not tried: a server that takes it may delete what is not ours.
export const deletion = [
  writing('delete', 'spec', async (stage) => {
    const { id } = await stage.create()
    return examine(await stage.ask(remove(id)), [succeeds, isDeletion(id)])
  }),
  writing('delete-declared-as-json', 'sdk', async (stage) => {
    const { id } = await stage.create()
    return examine(await stage.ask(remove(id, { headers: { 'content-type': 'application/json' } })), [succeeds])
  }),
  writing('delete-twice', 'assumed', async (stage) => {
    const { id } = await stage.create()
    succeeds(await stage.ask(remove(id)))
    return examine(await stage.ask(remove(id)), [notFound(id)])
  }),
  writing('delete-is-for-good', 'assumed', async (stage) => {
    const { id } = await stage.create()
    succeeds(await stage.ask(remove(id)))
    const gone = notFound(id)(await stage.ask(retrieve(id)))
    return { facts: [gone, isUnlisted(id)(await stage.ask(get('?order=desc&limit=100')))] }
  }),
  writing('delete-ends-authentication', 'assumed', async (stage) => {
    const { id, value } = await stage.create()
    succeeds(await stage.ask(remove(id)))
    return examine(await stage.ask(get('', { as: value })), [isRefused], [anyToken()])
  }),
  writing('delete-itself', 'assumed', async (stage) => {
    const { id, value } = await stage.create()
    return examine(await stage.ask(remove(id, { as: value })), [succeeds, isDeletion(id)])
  }),
  writing('delete-unknown', 'assumed', asks(remove(unknownId), [notFound(unknownId)])),
  ofCollection('PATCH'),
  ofCollection('PUT'),
  ofKey('POST'),
  ofKey('PATCH'),
]

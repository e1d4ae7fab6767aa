import { describe, expect, test } from 'vitest'
import { serve } from '../support/program.ts'
import { parseRawResponse, sendRaw } from '../support/raw-http.ts'

interface ListedKeys {
  data: { id: string; name: string }[]
}

const keysPath = '/v1/organization/admin_api_keys'
const clients = 40

const rawRequest = (method: string, path: string, body?: string) =>
  [
    `${method} ${path} HTTP/1.1`,
    'host: x',
    'authorization: Bearer sk-admin-local',
    ...(body === undefined ? [] : ['content-type: application/json', `content-length: ${Buffer.byteLength(body)}`]),
    '',
    body ?? '',
  ].join('\r\n')

const create = (body: object) => rawRequest('POST', keysPath, JSON.stringify(body))
const remove = (id: string) => rawRequest('DELETE', `${keysPath}/${id}`)

async function start() {
  const { url } = await serve()
  const headers = { authorization: 'Bearer sk-admin-local' }
  /** Sends each request on a connection of its own. */
  const sendAll = async (requests: string[]) =>
    (await Promise.all(requests.map((request) => sendRaw(url, request)))).map(parseRawResponse)
  async function list() {
    const { data } = (await (await fetch(`${url + keysPath}?limit=100`, { headers })).json()) as ListedKeys
    // The first is the admin key.
    return data.slice(1)
  }
  return { url, sendAll, list }
}

// Those of one turn of the event loop run one after the other at its end.
describe('writes that arrive at the same time', () => {
  test('get their own responses, and a refused one changes nothing for the others', async () => {
    const { sendAll, list } = await start()
    const names = Array.from({ length: clients }, (_, n) => `key-${n}`)
    const isRefused = (name: string) => name.endsWith('3')
    const responses = await sendAll(names.map((name) => create(isRefused(name) ? { name: 3 } : { name })))
    expect(responses.map(({ status, body }) => [status, (body as { name?: string }).name])).toEqual(
      names.map((name) => (isRefused(name) ? [400, undefined] : [200, name])),
    )
    const created = names.filter((name) => !isRefused(name))
    expect((await list()).map(({ name }) => name).toSorted()).toEqual(created.toSorted())
  })

  test('delete a key once', async () => {
    const { sendAll, list } = await start()
    await sendAll(Array.from({ length: clients }, (_, n) => create({ name: `key-${n}` })))
    const ids = (await list()).map(({ id }) => id)
    const responses = await sendAll([...ids, ...ids].map(remove))
    const statuses = ids.map((_, n) => [responses[n]?.status, responses[n + clients]?.status].toSorted())
    expect(statuses).toEqual(ids.map(() => [200, 404]))
    expect(await list()).toEqual([])
  })
})

test('a client that closes its sending side after several deletes gets every response', async () => {
  const { url, sendAll, list } = await start()
  await sendAll(Array.from({ length: 4 }, (_, n) => create({ name: `key-${n}` })))
  const ids = (await list()).map(({ id }) => id)
  const received = await sendRaw(url, ids.map(remove).join(''), { halfClose: true })
  expect(received.match(/HTTP\/1.1 200/g)).toHaveLength(4)
  expect(await list()).toEqual([])
})

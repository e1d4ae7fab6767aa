import { type AddressInfo, connect, createServer } from 'node:net'
import OpenAI from 'openai'
import { describe, expect, onTestFinished, test } from 'vitest'
import { adminKey, startApp, type TestOptions } from '../support/app.ts'

/** Creates the official client. `requests` records what it sends. */
function createClient(baseURL: string, adminAPIKey = adminKey) {
  const requests: Request[] = []
  const client = new OpenAI({
    adminAPIKey,
    baseURL,
    fetch: (input, init) => {
      requests.push(new Request(input, init))
      return fetch(input, init)
    },
  })
  return { client, requests, keys: client.admin.organization.adminAPIKeys }
}

/** Starts a server and creates a client for it. */
async function startWithClient(options: TestOptions = {}, settings: { adminAPIKey?: string; sandbox?: string } = {}) {
  const testApp = await startApp(options)
  const url = await testApp.listen()
  const baseURL = settings.sandbox === undefined ? `${url}/v1` : `${url}/sandbox/${settings.sandbox}/v1`
  return { ...testApp, url, ...createClient(baseURL, settings.adminAPIKey) }
}

test('the client creates, retrieves, lists and deletes a key', async () => {
  const { keys } = await startWithClient()
  const created = await keys.create({ name: 'ci', expires_in_seconds: 60 })
  expect(created.value).toMatch(/^sk-admin-/)
  const { value: _, ...withoutValue } = created
  expect(await keys.retrieve(created.id)).toEqual(withoutValue)
  const page = await keys.list()
  expect(page.data.map(({ id }) => id)).toContain(created.id)
  expect(await keys.delete(created.id)).toEqual({
    id: created.id,
    object: 'organization.admin_api_key.deleted',
    deleted: true,
  })
})

test('the client needs no configuration except two environment variables', async () => {
  const url = await (await startApp({ seed: ['paging'] })).listen()
  process.env['OPENAI_BASE_URL'] = `${url}/v1`
  process.env['OPENAI_ADMIN_KEY'] = adminKey
  try {
    const keys = new OpenAI().admin.organization.adminAPIKeys
    const { id } = await keys.create({ name: 'env' })
    expect((await keys.retrieve(id)).name).toBe('env')
    const listed: string[] = []
    for await (const key of keys.list({ order: 'desc' })) listed.push(key.id)
    expect(listed).toHaveLength(252)
    expect(listed[0]).toBe(id)
    expect((await keys.delete(id)).deleted).toBe(true)
  } finally {
    delete process.env['OPENAI_BASE_URL']
    delete process.env['OPENAI_ADMIN_KEY']
  }
})

test.each([1, 7, 20, 100].flatMap((limit) => (['asc', 'desc'] as const).map((order) => ({ limit, order }))))(
  'auto-pagination with limit=$limit and order=$order lists all 251 keys in order',
  async (params) => {
    const { keys, requests } = await startWithClient({ seed: ['paging'], adminKey: 'sk-admin-local' })
    const names: (string | null | undefined)[] = []
    for await (const key of keys.list(params)) names.push(key.name)
    const expected = ['Admin key', ...Array.from({ length: 250 }, (_, n) => `load-${n + 1}`)]
    expect(names).toEqual(params.order === 'asc' ? expected : expected.toReversed())
    expect(requests).toHaveLength(Math.ceil(251 / params.limit))
  },
)

test('deleting keys during auto-pagination deletes every key exactly once', async () => {
  const { keys, call } = await startWithClient({ seed: ['paging'] })
  const deleted: string[] = []
  for await (const key of keys.list({ limit: 10 })) {
    if (key.name === 'Admin key') continue
    await keys.delete(key.id)
    deleted.push(key.id)
  }
  expect(new Set(deleted).size).toBe(250)
  expect((await call('GET', '/v1/organization/admin_api_keys')).body.data).toHaveLength(1)
})

test('a null cursor, which the client sends as an empty one, returns the first page', async () => {
  const { keys } = await startWithClient()
  expect((await keys.list({ after: null as never })).data).toHaveLength(1)
})

test('a client reaches its sandbox through the base URL alone', async () => {
  const { keys, call } = await startWithClient({}, { sandbox: 'mine' })
  const { id } = await keys.create({ name: 'in mine' })
  expect((await call('GET', `/v1/organization/admin_api_keys/${id}`)).status).toBe(404)
  expect((await keys.retrieve(id)).id).toBe(id)
})

describe('error classes of the client', () => {
  test('the client throws a NotFoundError for a 404', async () => {
    const { keys } = await startWithClient()
    const error = await keys.retrieve('key_x').catch((thrown) => thrown)
    expect(error).toBeInstanceOf(OpenAI.NotFoundError)
    expect(error).toMatchObject({ status: 404, code: 'not_found', param: null, type: 'invalid_request_error' })
    expect(error.message).toBe('404 The admin API key key_x was not found')
    expect(error.requestID).toMatch(/^req_[0-9a-f]{32}$/)
  })

  test('the client throws a BadRequestError for a 400', async () => {
    const { keys } = await startWithClient()
    const error = await keys.create({ name: 5 as never }).catch((thrown) => thrown)
    expect(error).toBeInstanceOf(OpenAI.BadRequestError)
    expect(error).toMatchObject({ status: 400, code: 'invalid_type', param: 'name' })
  })

  test('the client throws an AuthenticationError for a 401', async () => {
    const { keys } = await startWithClient({}, { adminAPIKey: 'sk-admin-wrong-value' })
    const error = await keys.list().catch((thrown) => thrown)
    expect(error).toBeInstanceOf(OpenAI.AuthenticationError)
    expect(error).toMatchObject({ status: 401, code: 'invalid_api_key' })
  })

  test('the client throws a PermissionDeniedError for a 403', async () => {
    const { keys } = await startWithClient({}, { adminAPIKey: 'sk-proj-abcdef' })
    const error = await keys.create({ name: 'a' }).catch((thrown) => thrown)
    expect(error).toBeInstanceOf(OpenAI.PermissionDeniedError)
    expect(error.message).toContain('api.management.write')
  })

  test('the client throws an APIError with the status of a 405', async () => {
    const { client } = await startWithClient()
    const error: InstanceType<typeof OpenAI.APIError> = await client
      .patch<never>('/organization/admin_api_keys', { headers: { authorization: `Bearer ${adminKey}` } })
      .catch((thrown) => thrown)
    expect(error).toBeInstanceOf(OpenAI.APIError)
    expect(error.status).toBe(405)
  })

  test('the client throws an APIConnectionError if the server is closed', async () => {
    const { keys, app } = await startWithClient()
    await app.close()
    await expect(keys.list({}, { maxRetries: 0 })).rejects.toBeInstanceOf(OpenAI.APIConnectionError)
  })
})

describe('retries of the client', () => {
  // The sandbox limit is the only 503 that needs no fault.
  test('the client does not retry the 503 of an exceeded sandbox limit', async () => {
    const { keys, requests } = await startWithClient({ maxSandboxes: 1 }, { sandbox: 'over-the-limit' })
    const error = await keys.list().catch((thrown) => thrown)
    expect(error).toBeInstanceOf(OpenAI.InternalServerError)
    expect(error).toMatchObject({ status: 503, code: 'sandbox_limit' })
    expect(requests).toHaveLength(1)
  })

  test('the client does not retry a 404', async () => {
    const { keys, requests } = await startWithClient()
    await keys.retrieve('key_x').catch(() => {})
    expect(requests).toHaveLength(1)
    expect(requests[0]?.headers.get('x-stainless-retry-count')).toBe('0')
  })

  test('the client retries after connection resets until it receives the response', async () => {
    const { url } = await startWithClient()
    const { client, requests } = createClient(`${await startResettingProxy(url, 2)}/v1`)
    expect((await client.admin.organization.adminAPIKeys.list()).data).toHaveLength(1)
    expect(requests.map(({ headers }) => headers.get('x-stainless-retry-count'))).toEqual(['0', '1', '2'])
  })

  test('the client gives up after two retries if every connection is reset', async () => {
    const { url } = await startWithClient()
    const { client, requests } = createClient(`${await startResettingProxy(url, 3)}/v1`)
    await expect(client.admin.organization.adminAPIKeys.list()).rejects.toBeInstanceOf(OpenAI.APIConnectionError)
    expect(requests).toHaveLength(3)
  })
})

/** Starts a proxy that resets each of the first `times` connections when it receives a request. Returns its URL. */
async function startResettingProxy(target: string, times: number): Promise<string> {
  let connections = 0
  const proxy = createServer((socket) => {
    socket.on('error', () => {})
    if (connections++ < times) {
      socket.once('data', () => socket.resetAndDestroy())
      return
    }
    const upstream = connect(Number(new URL(target).port), '127.0.0.1')
    upstream.on('error', () => socket.destroy())
    socket.pipe(upstream).pipe(socket)
    socket.on('close', () => upstream.destroy())
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void proxy.close())
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
}

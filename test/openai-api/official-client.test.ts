import { type AddressInfo, connect, createServer } from 'node:net'
import OpenAI from 'openai'
import { describe, expect, onTestFinished, test } from 'vitest'
import { adminKey, startApp, type TestOptions } from '../support/app.ts'

/** The official client, and what it sends. */
function clientOf(baseURL: string, adminAPIKey = adminKey) {
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

/** The same on a server of its own. */
async function withClient(options: TestOptions = {}, settings: { adminAPIKey?: string; sandbox?: string } = {}) {
  const testApp = await startApp(options)
  const url = await testApp.listen()
  const baseURL = settings.sandbox === undefined ? `${url}/v1` : `${url}/sandbox/${settings.sandbox}/v1`
  return { ...testApp, url, ...clientOf(baseURL, settings.adminAPIKey) }
}

test('create, retrieve, list and delete', async () => {
  const { keys } = await withClient()
  const created = await keys.create({ name: 'ci', expires_in_seconds: 60 })
  expect(created.value).toMatch(/^sk-admin-/)
  const { value: _, ...shown } = created
  expect(await keys.retrieve(created.id)).toEqual(shown)
  const page = await keys.list()
  expect(page.data.map(({ id }) => id)).toContain(created.id)
  expect(await keys.delete(created.id)).toEqual({
    id: created.id,
    object: 'organization.admin_api_key.deleted',
    deleted: true,
  })
})

test('with nothing but the two environment variables', async () => {
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

describe('auto-paging over 250 keys', () => {
  test.each([1, 7, 20, 100].flatMap((limit) => (['asc', 'desc'] as const).map((order) => ({ limit, order }))))(
    '$order by $limit',
    async (params) => {
      const { keys, requests } = await withClient({ seed: ['paging'], adminKey: 'sk-admin-local' })
      const names: (string | null | undefined)[] = []
      for await (const key of keys.list(params)) names.push(key.name)
      const expected = ['Admin key', ...Array.from({ length: 250 }, (_, n) => `load-${n + 1}`)]
      expect(names).toEqual(params.order === 'asc' ? expected : expected.toReversed())
      expect(requests).toHaveLength(Math.ceil(251 / params.limit))
    },
  )
})

test('deletion while iterating visits and deletes every key once', async () => {
  const { keys, call } = await withClient({ seed: ['paging'] })
  const deleted: string[] = []
  for await (const key of keys.list({ limit: 10 })) {
    if (key.name === 'Admin key') continue
    await keys.delete(key.id)
    deleted.push(key.id)
  }
  expect(new Set(deleted).size).toBe(250)
  expect((await call('GET', '/v1/organization/admin_api_keys')).body.data).toHaveLength(1)
})

test('a null cursor, which the client sends as an empty one, is the first page', async () => {
  const { keys } = await withClient()
  expect((await keys.list({ after: null as never })).data).toHaveLength(1)
})

test('sandboxes are addressed by the base URL alone', async () => {
  const { keys, call } = await withClient({}, { sandbox: 'mine' })
  const { id } = await keys.create({ name: 'in mine' })
  expect((await call('GET', `/v1/organization/admin_api_keys/${id}`)).status).toBe(404)
  expect((await keys.retrieve(id)).id).toBe(id)
})

describe('typed errors', () => {
  test('404 NotFoundError', async () => {
    const { keys } = await withClient()
    const error = await keys.retrieve('key_x').catch((thrown) => thrown)
    expect(error).toBeInstanceOf(OpenAI.NotFoundError)
    expect(error).toMatchObject({ status: 404, code: 'not_found', param: null, type: 'invalid_request_error' })
    expect(error.message).toBe('404 The admin API key key_x was not found')
    expect(error.requestID).toMatch(/^req_[0-9a-f]{32}$/)
  })

  test('400 BadRequestError', async () => {
    const { keys } = await withClient()
    const error = await keys.create({ name: 5 as never }).catch((thrown) => thrown)
    expect(error).toBeInstanceOf(OpenAI.BadRequestError)
    expect(error).toMatchObject({ status: 400, code: 'invalid_type', param: 'name' })
  })

  test('401 AuthenticationError', async () => {
    const { keys } = await withClient({}, { adminAPIKey: 'sk-admin-wrong-value' })
    const error = await keys.list().catch((thrown) => thrown)
    expect(error).toBeInstanceOf(OpenAI.AuthenticationError)
    expect(error).toMatchObject({ status: 401, code: 'invalid_api_key' })
  })

  test('403 PermissionDeniedError', async () => {
    const { keys } = await withClient({}, { adminAPIKey: 'sk-proj-abcdef' })
    const error = await keys.create({ name: 'a' }).catch((thrown) => thrown)
    expect(error).toBeInstanceOf(OpenAI.PermissionDeniedError)
    expect(error.message).toContain('api.management.write')
  })

  test('a 405 is an APIError with its status', async () => {
    const { client } = await withClient()
    const error: InstanceType<typeof OpenAI.APIError> = await client
      .patch<never>('/organization/admin_api_keys', { headers: { authorization: `Bearer ${adminKey}` } })
      .catch((thrown) => thrown)
    expect(error).toBeInstanceOf(OpenAI.APIError)
    expect(error.status).toBe(405)
  })

  test('a server that is not there is an APIConnectionError', async () => {
    const { keys, app } = await withClient()
    await app.close()
    await expect(keys.list({}, { maxRetries: 0 })).rejects.toBeInstanceOf(OpenAI.APIConnectionError)
  })
})

describe('retries', () => {
  // Armed faults come with a later version; a full server is a 503 that the emulator gives of itself.
  test('a sandbox too many is a 503 that the client does not try again', async () => {
    const { keys, requests } = await withClient({ maxSandboxes: 1 }, { sandbox: 'one-too-many' })
    const error = await keys.list().catch((thrown) => thrown)
    expect(error).toBeInstanceOf(OpenAI.InternalServerError)
    expect(error).toMatchObject({ status: 503, code: 'sandbox_limit' })
    expect(requests).toHaveLength(1)
  })

  test('a refusal is not tried again', async () => {
    const { keys, requests } = await withClient()
    await keys.retrieve('key_x').catch(() => {})
    expect(requests).toHaveLength(1)
    expect(requests[0]?.headers.get('x-stainless-retry-count')).toBe('0')
  })

  test('a connection that breaks is tried again, and the answer arrives', async () => {
    const { url } = await withClient()
    const { client, requests } = clientOf(`${await breakingProxy(url, 2)}/v1`)
    expect((await client.admin.organization.adminAPIKeys.list()).data).toHaveLength(1)
    expect(requests.map(({ headers }) => headers.get('x-stainless-retry-count'))).toEqual(['0', '1', '2'])
  })

  test('one that always breaks is given up after two retries', async () => {
    const { url } = await withClient()
    const { client, requests } = clientOf(`${await breakingProxy(url, 3)}/v1`)
    await expect(client.admin.organization.adminAPIKeys.list()).rejects.toBeInstanceOf(OpenAI.APIConnectionError)
    expect(requests).toHaveLength(3)
  })
})

/** A way to the server that resets the first `times` connections once a request has come over them. */
async function breakingProxy(target: string, times: number): Promise<string> {
  let connections = 0
  const proxy = createServer((socket) => {
    socket.on('error', () => {})
    if (connections++ < times) {
      socket.once('data', () => socket.resetAndDestroy())
      return
    }
    const onward = connect(Number(new URL(target).port), '127.0.0.1')
    onward.on('error', () => socket.destroy())
    socket.pipe(onward).pipe(socket)
    socket.on('close', () => onward.destroy())
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void proxy.close())
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
}

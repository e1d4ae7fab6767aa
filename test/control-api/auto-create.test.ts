import { describe, expect, test } from 'vitest'
import { connect, startEmulator } from '../../src/library/index.ts'
import { adminKey, keysUrl, startApp } from '../support/app.ts'
import { serve } from '../support/program.ts'

const message =
  "There is no sandbox 'a', and requests do not create sandboxes (--no-auto-create): create it with POST /_emulator/sandboxes."

const missing = { error: { message, type: 'emulator_error', param: null, code: 'sandbox_not_found' } }

const controls: [method: string, path: string, body?: object][] = [
  ['GET', '/state'],
  ['PUT', '/state', { keys: [] }],
  ['POST', '/state', { keys: [] }],
  ['POST', '/reset', {}],
  ['GET', '/clock'],
  ['PUT', '/clock', { advance: '1d' }],
  ['DELETE', '/clock'],
  ['GET', '/behavior'],
  ['PATCH', '/behavior', { auth: 'any' }],
  ['GET', '/faults'],
  ['POST', '/faults', { operation: 'list', kind: 'hang' }],
  ['DELETE', '/faults'],
  ['DELETE', '/faults/fault_1'],
  ['GET', '/journal'],
  ['GET', '/journal/stream'],
  ['DELETE', '/journal'],
  ['GET', '/snapshots'],
  ['PUT', '/snapshots/s'],
  ['POST', '/snapshots/s/restore'],
  ['DELETE', '/snapshots/s'],
]

describe('without automatic creation', () => {
  test.each(['GET', 'POST'])(
    '%s of the emulated API in an unknown sandbox is 404 before authentication',
    async (method) => {
      const { call } = await startApp({ autoCreate: false })
      const response = await call(
        method,
        `/sandbox/a${keysUrl}`,
        method === 'POST' ? { body: { name: 'x' } } : { as: null },
      )
      expect([response.status, response.body]).toEqual([404, missing])
      expect(response.headers['x-emulator-reason']).toBe('sandbox_not_found; sandbox=a')
      expect(response.headers['x-request-id']).toMatch(/^req_/)
    },
  )

  test.each(['GET', 'DELETE'])('%s of a key in an unknown sandbox is 404, too', async (method) => {
    const { call } = await startApp({ autoCreate: false })
    expect((await call(method, `/sandbox/a${keysUrl}/key_x`)).body).toEqual(missing)
  })

  test.each(controls)('the control %s %s of an unknown sandbox is 404', async (method, path, body) => {
    const { call } = await startApp({ autoCreate: false })
    const response = await call(method, `/sandbox/a/_emulator${path}`, body === undefined ? {} : { body })
    expect([response.status, response.body]).toEqual([404, missing])
    expect(response.headers['x-emulator-reason']).toBe('sandbox_not_found; sandbox=a')
    const { data } = (await call('GET', '/_emulator/sandboxes')).body
    expect(data.map(({ name }: { name: string }) => name)).toEqual(['default'])
  })

  test('the sandbox default exists, others can be created, and a removed one is unknown again', async () => {
    const { call } = await startApp({ autoCreate: false, maxSandboxes: 2 })
    expect((await call('GET', keysUrl)).status).toBe(200)
    expect((await call('GET', `/sandbox/default${keysUrl}`)).status).toBe(200)
    expect((await call('POST', '/_emulator/sandboxes', { body: { name: 'a' } })).status).toBe(201)
    expect((await call('GET', `/sandbox/a${keysUrl}`)).status).toBe(200)
    expect((await call('GET', '/sandbox/a/_emulator/clock')).status).toBe(200)
    expect((await call('GET', '/sandbox/b/_emulator/clock')).body.error.code).toBe('sandbox_not_found')
    expect((await call('DELETE', '/_emulator/sandboxes/a')).status).toBe(200)
    expect((await call('GET', `/sandbox/a${keysUrl}`)).body).toEqual(missing)
  })

  test('an unknown URL or method, and a request of another site, get the same error as with it', async () => {
    const { call } = await startApp({ autoCreate: false })
    expect((await call('GET', '/sandbox/a/v1/nothing')).body.error.message).toBe('Invalid URL (GET /v1/nothing)')
    expect((await call('PUT', `/sandbox/a${keysUrl}`)).status).toBe(405)
    expect((await call('PUT', '/sandbox/a/_emulator/reset')).status).toBe(405)
    const crossSite = { headers: { 'sec-fetch-site': 'cross-site' } }
    expect((await call('GET', `/sandbox/a${keysUrl}`, crossSite)).body.error.code).toBe('forbidden_origin')
  })
})

test.each([
  [['--no-auto-create'], {}, 404],
  [[], { EMULATOR_NO_AUTO_CREATE: '1' }, 404],
  [[], { EMULATOR_NO_AUTO_CREATE: 'false' }, 200],
  [[], {}, 200],
])('with the arguments %j and the environment %j, an unknown sandbox is %i', async (args, env, status) => {
  const { url } = await serve(args, env)
  const headers = { authorization: `Bearer ${adminKey}` }
  expect((await fetch(`${url}/sandbox/a${keysUrl}`, { headers })).status).toBe(status)
})

test('startEmulator takes noAutoCreate, and sandboxes.create() creates what sandbox() does not', async () => {
  await using emulator = await startEmulator({ noAutoCreate: true })
  const refusal = {
    status: 404,
    code: 'sandbox_not_found',
    message: expect.stringContaining("There is no sandbox 'a'"),
  }
  await expect(emulator.sandbox('a').clock.get()).rejects.toMatchObject(refusal)
  await expect((await connect(emulator.url)).sandbox('a').reset()).rejects.toMatchObject(refusal)
  const sandbox = await emulator.sandboxes.create({ name: 'a' })
  expect(await sandbox.clock.get()).toMatchObject({ frozen: false })
  await expect(startEmulator({ noAutoCreate: 1 as never })).rejects.toThrow(
    'noAutoCreate: 1 is invalid. It must be a boolean.',
  )
})

test('a control with x-emulator-auto-create: false creates no sandbox, and reads one that exists', async () => {
  const { url } = await serve()
  const read = (name: string) =>
    fetch(`${url}/sandbox/${name}/_emulator/clock`, { headers: { 'x-emulator-auto-create': 'false' } })
  const response = await read('a')
  expect([response.status, await response.json()]).toEqual([
    404,
    {
      error: {
        message:
          "There is no sandbox 'a', and this request does not create it (x-emulator-auto-create): create it with POST /_emulator/sandboxes.",
        type: 'emulator_error',
        param: null,
        code: 'sandbox_not_found',
      },
    },
  ])
  expect((await read('default')).status).toBe(200)
  const list = await fetch(`${url}/_emulator/sandboxes`)
  expect(await list.json()).toMatchObject({ data: [{ name: 'default' }] })
})

import { expect, test } from 'vitest'
import { connect, EmulatorError, startEmulator } from '../../src/library/index.ts'

const request = (baseURL: string, method: string, path = '', body?: object, token = 'sk-admin-local') =>
  fetch(`${baseURL}/organization/admin_api_keys${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).then((response) => response.text())

/** Starts an emulator, with functions that send requests to a sandbox and return the message of a failed verification. */
async function startWithSandbox() {
  const emulator = await startEmulator()
  const sandbox = emulator.sandbox('mine')
  const send = (method: string, path?: string, body?: object, token?: string) =>
    request(sandbox.baseURL, method, path, body, token)
  const messageOf = async (verification: Parameters<typeof sandbox.journal.verify>[0]) => {
    const error = await sandbox.journal.verify(verification).then(
      () => expect.fail('verified'),
      (thrown: unknown) => thrown as Error,
    )
    expect(error).toBeInstanceOf(Error)
    expect(error.name).toBe('VerificationError')
    return error.message.replaceAll(/req_\w{32}/g, 'req_…')
  }
  return { sandbox, send, messageOf, [Symbol.asyncDispose]: emulator.close }
}

test('journal.verify() resolves to the result if the journal is as expected', async () => {
  await using running = await startWithSandbox()
  const { sandbox, send } = running
  await send('POST', '', { name: 'ci' })
  await send('GET')
  expect(await sandbox.journal.verify({ operation: 'create', json: { name: 'ci' }, times: 1 })).toEqual({
    verified: true,
    count: 1,
    expected: 1,
    closest: [],
  })
  await sandbox.journal.verify({ in_order: [{ operation: 'create' }, { operation: 'list', status: 200 }] })
  await sandbox.journal.verify({ status: '4xx', times: 0 })
})

test('journal.verify() rejects with the expected request and in what the closest ones differ', async () => {
  await using running = await startWithSandbox()
  const { send, messageOf } = running
  await send('POST', '', { name: 'ci', expires_in_seconds: 60 })
  await send('GET', '/key_x')
  expect(
    await messageOf({ operation: 'create', status: 201, json: { name: 'CI', expires_in_seconds: 60 }, times: 2 }),
  ).toBe(`journal.verify: expected exactly 2 matching requests, found 0
Expected:
  operation: "create"
  status: 201
  json: {"name":"CI","expires_in_seconds":60}
Closest requests:
  POST /v1/organization/admin_api_keys 200 (req_…)
    status: expected 201, got 200
    json.name: expected "CI", got "ci"
  GET /v1/organization/admin_api_keys/key_x 404 (req_…)
    operation: expected "admin-api-keys-create", got "admin-api-keys-get"
    status: expected 201, got 404
    json: expected {"name":"CI","expires_in_seconds":60}, got null`)
})

test('journal.verify() rejects with the last matching requests if there are too many', async () => {
  await using running = await startWithSandbox()
  const { send, messageOf } = running
  await send('GET')
  await send('GET')
  expect(
    await messageOf({ operation: 'list', times: { at_most: 1 } }),
  ).toBe(`journal.verify: expected at most 1 matching request, found 2
Expected:
  operation: "list"
Matching requests:
  GET /v1/organization/admin_api_keys 200 (req_…)
  GET /v1/organization/admin_api_keys 200 (req_…)`)
})

test('journal.verify() rejects with the first request of a list that did not come in order', async () => {
  await using running = await startWithSandbox()
  const { send, messageOf } = running
  await send('DELETE', '/key_x')
  await send('POST', '', { name: 'ci' })
  expect(
    await messageOf({ in_order: [{ operation: 'create' }, { operation: 'delete' }, {}] }),
  ).toBe(`journal.verify: expected 3 requests in this order, found 1 of them
Expected:
  1. {"operation":"create"} (found)
  2. {"operation":"delete"} (missing)
  3. {}
Closest requests:
  DELETE /v1/organization/admin_api_keys/key_x 404 (req_…)
    in_order: expected "after req_…", got "before it"`)
})

test('journal.verify() says that the journal is empty, and describes every form of `times`', async () => {
  await using running = await startWithSandbox()
  const { messageOf } = running
  expect(await messageOf({})).toBe(`journal.verify: expected at least 1 matching request, found 0
Expected: any request
The journal is empty.`)
  expect(await messageOf({ times: { at_least: 2, at_most: 3 } })).toContain(
    'expected 2 to 3 matching requests, found 0',
  )
})

test('the message of journal.verify() lists at most five differences of a body and shortens long values', async () => {
  await using running = await startWithSandbox()
  const { send, messageOf } = running
  await send('POST', '', Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`k${n}`, n])))
  const message = await messageOf({ json: { long: 'x'.repeat(500) } })
  expect(message).toContain(`json.long: expected "${'x'.repeat(199)}…, got nothing`)
  expect(message).toMatch(/json\.k3: expected nothing, got 3\n {4}json: …$/)
})

test('the error of journal.verify() contains no secret that the expected request contains', async () => {
  await using running = await startWithSandbox()
  const { sandbox, send } = running
  const secret = `sk-admin-${'s3cret'.repeat(8)}`
  await send('GET')
  const expected = {
    header: { Authorization: `Bearer ${secret}`, Cookie: 's3cret', 'x-note': secret },
    json: { name: secret },
    path: `/${secret}`,
  }
  for (const verification of [expected, { in_order: [expected] }]) {
    const error = await sandbox.journal.verify(verification).catch((thrown: Error) => thrown)
    expect(JSON.stringify(error) + String(error)).not.toMatch(/s3crets3cret|Cookie.*s3cret/)
    expect(String(error)).toContain('sk-admin...ret')
  }
})

test('journal.verify() rejects with an EmulatorError for an invalid verification and without the control token', async () => {
  await using emulator = await startEmulator({ controlToken: 'let-me-in' })
  // @ts-expect-error: there is no such field
  const invalid = emulator.journal.verify({ statuses: 200 })
  await expect(invalid).rejects.toBeInstanceOf(EmulatorError)
  await expect(invalid).rejects.toMatchObject({ status: 400, code: 'invalid_body', param: '/statuses' })
  const withoutToken = await connect(emulator.url)
  await expect(withoutToken.journal.verify({})).rejects.toMatchObject({ status: 401, code: 'control_token' })
  // @ts-expect-error: the compiler rejects it
  await expect(emulator.journal.verify()).rejects.toThrow(
    'journal.verify(verification): undefined is invalid. It must be an object.',
  )
})

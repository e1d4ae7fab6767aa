import { readdirSync, readFileSync } from 'node:fs'
import OpenAI from 'openai'
import { describe, expect, test } from 'vitest'
import { adminKey, keysUrl, startApp } from '../support/app.ts'
import { upstream } from '../support/upstream.ts'

const resources = new URL('../../node_modules/openai/resources/', import.meta.url)

/** Returns the paths of every operation of the official client, with `x` for each id. */
function readClientPaths(): string[] {
  const sources = readdirSync(resources, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.mjs'))
    .map((file) => readFileSync(new URL(file, resources), 'utf8'))
  const literals = sources.flatMap((source) => [...source.matchAll(/[`'](\/[a-z_]+[^`' ]*)[`']/g)])
  const paths = literals.map(([, path = '']) => path.replace(/\?.*/, '').replace(/\$?\{[^}]*\}/g, 'x'))
  return [...new Set(paths)].sort()
}

const project = '/organization/projects/x'
const served = [
  keysUrl.slice(3),
  `${keysUrl.slice(3)}/x`,
  '/organization/projects',
  project,
  `${project}/archive`,
  `${project}/service_accounts`,
  `${project}/service_accounts/x`,
  `${project}/service_accounts/x/api_keys`,
  `${project}/api_keys`,
  `${project}/api_keys/x`,
  '/organization/audit_logs',
  '/models',
]
const clientPaths = readClientPaths().filter((path) => !served.includes(path))

const notEmulated = { type: 'emulator_error', param: null, code: 'not_emulated' }

test('every path of the official client is served or 501, with and without /v1', async () => {
  expect(clientPaths.length).toBeGreaterThan(220)
  const { call } = await startApp()
  for (const path of clientPaths.flatMap((each) => [each, `/v1${each}`])) {
    const { status, body, headers } = await call('GET', path, { as: null })
    expect({ path, status, error: body.error }).toMatchObject({ path, status: 501, error: notEmulated })
    expect(headers['x-emulator-reason']).toContain('not_emulated; the real API has this path, the emulator does not')
  }
  for (const path of served) {
    // GET is the wrong method for two of them.
    expect([401, 405], path).toContain((await call('GET', `/v1${path}`, { as: null })).status)
  }
})

test.runIf(upstream)('every path of the published document is served or 501', async () => {
  const { call } = await startApp()
  for (const path of Object.keys(upstream?.paths ?? {})) {
    const { status } = await call('GET', `/v1${path.replace(/\{\w+\}/g, 'x')}`, { as: null })
    expect({ path, isKnown: [401, 405, 501].includes(status) }).toEqual({ path, isKnown: true })
  }
})

describe('a path that is not emulated', () => {
  test('gets the whole error, before authentication and for any method', async () => {
    const { call } = await startApp()
    for (const method of ['GET', 'POST', 'DELETE', 'PATCH']) {
      for (const as of [adminKey, 'wrong', null]) {
        const { status, body, headers } = await call(method, '/v1/files?limit=1', { as })
        expect(status).toBe(501)
        const message = `${method} /v1/files is not emulated: the real API has this path, the emulator does not.`
        expect(body).toEqual({ error: { message, ...notEmulated } })
        expect(headers).toMatchObject({
          'content-type': 'application/json',
          'x-should-retry': 'false',
          'x-request-id': expect.stringMatching(/^req_[0-9a-f]{32}$/),
        })
      }
    }
  })

  test('does not create the sandbox of its URL, and its message does not contain the sandbox', async () => {
    const { call } = await startApp()
    const { status, body } = await call('GET', '/sandbox/new/v1/files')
    expect([status, body.error.message]).toEqual([501, expect.stringMatching(/^GET \/v1\/files is not emulated/)])
    const { data } = (await call('GET', '/_emulator/sandboxes', { as: null })).body
    expect(data.map(({ name }: { name: string }) => name)).not.toContain('new')
  })

  test('is in the journal, without an operation', async () => {
    const { call } = await startApp()
    await call('POST', '/v1/chat/completions', { body: {} })
    const { body } = await call('GET', '/_emulator/journal', { as: null })
    expect(body.data).toMatchObject([{ operation: null, status: 501, path: '/v1/chat/completions' }])
  })

  test('is 501 with unknown_route: empty, too, where an unknown URL is empty', async () => {
    const { call } = await startApp({ seed: 'behavior: { unknown_route: empty }' })
    expect(await call('GET', '/v1/files')).toMatchObject({ status: 501, body: { error: notEmulated } })
    expect(await call('GET', '/v1/file')).toMatchObject({ status: 404, text: '' })
  })

  test('has one form, whatever of it is percent-encoded', async () => {
    const { call } = await startApp()
    expect((await call('GET', '/v1/%66iles/a%2Fb')).status).toBe(501)
  })

  test('is not retried by the official client', async () => {
    const { listen, call } = await startApp()
    const client = new OpenAI({ baseURL: `${await listen()}/v1`, adminAPIKey: adminKey, apiKey: 'x' })
    await expect(client.files.list()).rejects.toMatchObject({ status: 501, code: 'not_emulated' })
    expect((await call('GET', '/_emulator/journal', { as: null })).body.count).toBe(1)
  })
})

test.each([
  '/v1/foo',
  '/v1',
  '/v1/',
  '/v1/models/',
  '/v1/models/a/b',
  '/v1/v1/models',
  '/v2/models',
  '/v1//models',
  '/v1/modelsx',
  '/V1/models',
  '/v1/organization',
  '/v1/organization/unknown',
  '/v1/organization/projects/',
  '/v1/organization/admin_api_keys/',
  '/v1/organization/admin_api_keys/a/b',
  '/sandbox/not!valid/v1/models',
])('%s stays an unknown URL', async (path) => {
  const { call } = await startApp()
  expect(await call('GET', path)).toMatchObject({ status: 404, body: { error: { type: 'invalid_request_error' } } })
})

import { describe, expect, test } from 'vitest'
import type { SeedKey } from '../../src/sandbox/seed/schema.ts'
import { keysUrl, startApp, type TestApp, walk } from '../support/app.ts'
import { createTemporaryFolder } from '../support/files.ts'

// `auth` and `scope_error` are tested in authentication.test.ts.

describe('behavior state: discarded', () => {
  const seed = `
    behavior: { state: discarded }
    keys: [{ id: key_id, name: a, value: sk-admin-other }]`

  test('`state: discarded` lets the same key be deleted 10 times in sequence and 64 times concurrently', async () => {
    const { call } = await startApp({ seed })
    for (let n = 0; n < 10; n++) expect((await call('DELETE', `${keysUrl}/key_id`)).status).toBe(200)
    const responses = await Promise.all(Array.from({ length: 64 }, () => call('DELETE', `${keysUrl}/key_id`)))
    expect(responses.map(({ status }) => status)).toEqual(Array(64).fill(200))
  })

  test('`state: discarded` returns a created key without storing it', async () => {
    const { call, create } = await startApp({ seed })
    const key = await create()
    expect(key.value).toMatch(/^sk-admin-/)
    expect((await call('GET', `${keysUrl}/${key.id}`)).status).toBe(404)
    expect((await call('GET', keysUrl, { as: key.value })).status).toBe(401)
  })

  test('`state: discarded` updates last_used_at only in the response to the request itself', async () => {
    const { call } = await startApp({ seed })
    expect((await call('GET', `${keysUrl}/key_id`, { as: 'sk-admin-other' })).body.last_used_at).not.toBeNull()
    expect((await call('GET', `${keysUrl}/key_id`)).body.last_used_at).toBeNull()
    await call('GET', `${keysUrl}/key_none`, { as: 'sk-admin-other' })
    await call('POST', keysUrl, { as: 'sk-admin-other', rawBody: '{' })
    expect((await call('GET', `${keysUrl}/key_id`)).body.last_used_at).toBeNull()
  })
})

describe('behavior deleted_cursor', () => {
  const keys = 'keys: [{ id: key_gone, name: gone, deleted: true }, { id: key_next, name: next }]'

  test('`deleted_cursor: resume` continues after the position of the deleted key', async () => {
    const { call } = await startApp({ seed: keys })
    expect((await call('GET', `${keysUrl}?after=key_gone`)).body.first_id).toBe('key_next')
  })

  test('`deleted_cursor: reject` rejects a deleted cursor like one that was never issued', async () => {
    const { call } = await startApp({ seed: `behavior: { deleted_cursor: reject }\n${keys}` })
    const deleted = await call('GET', `${keysUrl}?after=key_gone`)
    const neverIssued = await call('GET', `${keysUrl}?after=key_none`)
    expect(deleted.status).toBe(400)
    expect(deleted.text).toBe(neverIssued.text.replaceAll('key_none', 'key_gone'))
    expect(deleted.headers['x-emulator-reason']).toContain('cursor_deleted')
    expect(neverIssued.headers['x-emulator-reason']).toContain('cursor_never_issued')
    expect((await call('GET', `${keysUrl}?after=key_next`)).status).toBe(200)
  })
})

describe('behavior limit_out_of_range: reject', () => {
  const rejectLimits = { seed: 'behavior: { limit_out_of_range: reject }' }

  test.each([
    ['0', 'below minimum value. Expected a value >= 1, but got 0', 'integer_below_min_value'],
    ['-7', 'below minimum value. Expected a value >= 1, but got -7', 'integer_below_min_value'],
    ['101', 'above maximum value. Expected a value <= 100, but got 101', 'integer_above_max_value'],
  ])('`limit_out_of_range: reject` rejects limit=%s', async (limit, rule, code) => {
    const { call } = await startApp(rejectLimits)
    const response = await call('GET', `${keysUrl}?limit=${limit}`)
    expect(response.status).toBe(400)
    expect(response.body.error).toEqual({
      message: `Invalid 'limit': integer ${rule} instead.`,
      type: 'invalid_request_error',
      param: 'limit',
      code,
    })
  })

  test('`limit_out_of_range: reject` accepts the limits 1 and 100', async () => {
    const testApp = await startApp(rejectLimits)
    expect(await walk(testApp, 'limit=1')).toHaveLength(1)
    expect(await walk(testApp, 'limit=100')).toHaveLength(1)
  })
})

test('`unknown_route: empty` returns an empty 404 for unknown URLs and wrong methods only', async () => {
  const { call } = await startApp({ seed: 'behavior: { unknown_route: empty }' })
  for (const [method, url] of [
    ['GET', '/v1/foo'],
    ['PATCH', keysUrl],
    ['GET', '/sandbox/new/v1/foo'],
  ] as const) {
    const response = await call(method, url)
    expect(response).toMatchObject({ status: 404, text: '' })
    expect(response.headers).not.toHaveProperty('content-type')
    expect(response.headers).not.toHaveProperty('allow')
    expect(response.headers).toHaveProperty('x-emulator-reason')
  }
  expect((await call('GET', `${keysUrl}/key_none`)).body.error.code).toBe('not_found')
})

describe('behavior redaction', () => {
  const masked = (value: string) => `${value.slice(0, 8)}${'*'.repeat(value.length - 12)}${value.slice(-4)}`
  const documented = (value: string) => `${value.slice(0, 8)}...${value.slice(-3)}`
  const seedOf = (redaction: string, keys: object[] = []) => JSON.stringify({ behavior: { redaction }, keys })
  const redactedValues = async ({ call }: TestApp) =>
    (await call('GET', keysUrl)).body.data.map((key: { redacted_value: string }) => key.redacted_value)
  const exportedValues = async ({ call }: TestApp) =>
    (await call('GET', '/_emulator/state', { as: null })).body.keys.map((key: SeedKey) => key.redacted_value)

  test('`redaction: masked` masks the value up to its length in create, retrieve, list and export', async () => {
    const testApp = await startApp({ seed: seedOf('masked') })
    const { id, value, redacted_value } = await testApp.create()
    expect(redacted_value).toMatch(/^sk-admin\*{121}[A-Za-z0-9_-]{4}$/)
    expect(redacted_value).toBe(masked(value))
    expect((await testApp.call('GET', `${keysUrl}/${id}`)).body.redacted_value).toBe(redacted_value)
    expect(await redactedValues(testApp)).toEqual(['sk-admin**ocal', redacted_value])
    expect(await exportedValues(testApp)).toEqual(['sk-admin**ocal', redacted_value])
  })

  test('`redaction` can be changed at any time, also for keys that exist', async () => {
    const testApp = await startApp({ seed: seedOf('documented', [{ name: 'n', generate: 2 }]) })
    const { value, redacted_value } = await testApp.create()
    expect(redacted_value).toBe(documented(value))
    const before = await redactedValues(testApp)
    expect(before).toEqual(Array(4).fill(expect.stringMatching(/^sk-admin\.{3}[\w-]{3}$/)))
    await testApp.call('PATCH', '/_emulator/behavior', { as: null, body: { redaction: 'masked' } })
    const after = await redactedValues(testApp)
    expect(after.at(-1)).toBe(masked(value))
    expect(after.map(documented)).toEqual(before)
    await testApp.call('PATCH', '/_emulator/behavior', { as: null, body: { redaction: 'documented' } })
    expect(await redactedValues(testApp)).toEqual(before)
    expect(await exportedValues(testApp)).toEqual(before)
  })

  test.each([
    ['quotes and backslashes', '"\\"\\"\\"\\ middle \\"\\"'],
    ['asterisks', '*'.repeat(20)],
    ['the text of the field', '","redacted_value":"sk-admin*****abcd","'],
    ['13 characters', 'sk-admin-1234'],
  ])('a seeded value with %s has both redacted forms', async (_what, value) => {
    const testApp = await startApp({ seed: seedOf('masked', [{ name: value, value }]) })
    expect((await redactedValues(testApp)).at(-1)).toBe(masked(value))
    await testApp.call('PATCH', '/_emulator/behavior', { as: null, body: { redaction: 'documented' } })
    expect((await redactedValues(testApp)).at(-1)).toBe(documented(value))
    expect((await testApp.call('GET', keysUrl)).body.data.at(-1).name).toBe(value)
  })

  test.each([
    ['at most 12 characters, all of which a mask would show,', 'abcdefghijkl'],
    ['more characters than a header can hold', 'a'.repeat(16_385)],
  ])('a value of %s keeps the documented form', async (_what, value) => {
    const testApp = await startApp({ seed: seedOf('masked', [{ name: 'n', value }]) })
    expect((await redactedValues(testApp)).at(-1)).toBe(documented(value))
  })

  test('both redacted forms survive a restart, and a snapshot keeps the behavior', async () => {
    const data = createTemporaryFolder()
    const before = await startApp({ seed: seedOf('masked'), dataDirectory: data })
    const { value } = await before.create()
    await before.call('PUT', '/_emulator/snapshots/masked', { as: null })
    await before.call('PATCH', '/_emulator/behavior', { as: null, body: { redaction: 'documented' } })
    await before.app.close()
    const after = await startApp({ dataDirectory: data })
    expect((await redactedValues(after)).at(-1)).toBe(documented(value))
    await after.call('POST', '/_emulator/snapshots/masked/restore', { as: null })
    expect((await redactedValues(after)).at(-1)).toBe(masked(value))
  })

  test('a `redacted_value` of a seed follows the behavior if it is masked, otherwise it is unchanged', async () => {
    const given = ['sk-admin*****s1MA', 'sk-admin...xyz', 'anything*', 'sk-admin***\u{1F600}ab']
    const keys = given.map((redacted_value) => ({ name: 'n', redacted_value }))
    const testApp = await startApp({ seed: seedOf('documented', keys), adminKey: undefined })
    expect(await exportedValues(testApp)).toEqual(['sk-admin...1MA', ...given.slice(1)])
    await testApp.call('PATCH', '/_emulator/behavior', { as: null, body: { redaction: 'masked' } })
    expect(await exportedValues(testApp)).toEqual(given)
  })

  test('an exported state recreates masked values', async () => {
    const source = await startApp({ seed: seedOf('masked') })
    await source.create()
    const { text } = await source.call('GET', '/_emulator/state', { as: null })
    const target = await startApp({ seed: text })
    expect(await redactedValues(target)).toEqual(await redactedValues(source))
  })
})

describe('behavior organization_header', () => {
  const seed = 'organization: { id: org-mine }'
  const list = async ({ call }: TestApp, organization: string, as?: string | null) =>
    call('GET', keysUrl, { headers: { 'openai-organization': organization }, ...(as === undefined ? {} : { as }) })

  test('`organization_header: ignore` accepts the header with any organization', async () => {
    const testApp = await startApp({ seed })
    expect((await list(testApp, 'org-other')).status).toBe(200)
  })

  test('`organization_header: check` returns 401 for a foreign organization, and does not use the key', async () => {
    const testApp = await startApp({ seed: `${seed}\nbehavior: { organization_header: check }` })
    const response = await list(testApp, 'org-other')
    expect(response.status).toBe(401)
    expect(response.body.error).toEqual({
      message: 'OpenAI-Organization header should match organization for API key',
      type: 'invalid_request_error',
      param: null,
      code: 'mismatched_organization',
    })
    expect(response.headers['x-emulator-reason']).toBe(
      'mismatched_organization; header=org-other; organization=org-mine',
    )
    const state = (await testApp.call('GET', '/_emulator/state', { as: null })).body
    expect(state.keys[0].last_used_at).toBeNull()
  })

  test('`organization_header: check` accepts the own organization and an empty header, and checks the key first', async () => {
    const testApp = await startApp({ seed: `${seed}\nbehavior: { organization_header: check }` })
    expect((await list(testApp, 'org-mine')).status).toBe(200)
    expect((await list(testApp, '')).status).toBe(200)
    expect((await testApp.call('GET', keysUrl)).status).toBe(200)
    expect((await list(testApp, 'org-other', 'sk-admin-wrong')).body.error.code).toBe('invalid_api_key')
  })

  test('`organization_header: check` also applies to unknown tokens under `auth: any`', async () => {
    const testApp = await startApp({ seed: `${seed}\nbehavior: { organization_header: check, auth: any }` })
    expect((await list(testApp, 'org-other', 'My Admin')).status).toBe(401)
    expect((await list(testApp, 'org-mine', 'My Admin')).status).toBe(200)
  })
})

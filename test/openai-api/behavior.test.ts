import { describe, expect, test } from 'vitest'
import { keysUrl, startApp, walk } from '../support/app.ts'

// auth and scope_error are in auth.test.ts, beside what they change.

describe('state: discarded', () => {
  const seed = `
    behavior: { state: discarded }
    keys: [{ id: key_id, name: a, value: sk-admin-other }]`

  test('a deletion succeeds ten times in a row and 64 times at once', async () => {
    const { call } = await startApp({ seed })
    for (let n = 0; n < 10; n++) expect((await call('DELETE', `${keysUrl}/key_id`)).status).toBe(200)
    const answers = await Promise.all(Array.from({ length: 64 }, () => call('DELETE', `${keysUrl}/key_id`)))
    expect(answers.map(({ status }) => status)).toEqual(Array(64).fill(200))
  })

  test('a created key is answered and then gone', async () => {
    const { call, create } = await startApp({ seed })
    const key = await create()
    expect(key.value).toMatch(/^sk-admin-/)
    expect((await call('GET', `${keysUrl}/${key.id}`)).status).toBe(404)
    expect((await call('GET', keysUrl, { as: key.value })).status).toBe(401)
  })

  test('an answer shows the calling key as used; no later one does', async () => {
    const { call } = await startApp({ seed })
    expect((await call('GET', `${keysUrl}/key_id`, { as: 'sk-admin-other' })).body.last_used_at).not.toBeNull()
    expect((await call('GET', `${keysUrl}/key_id`)).body.last_used_at).toBeNull()
    await call('GET', `${keysUrl}/key_none`, { as: 'sk-admin-other' })
    await call('POST', keysUrl, { as: 'sk-admin-other', rawBody: '{' })
    expect((await call('GET', `${keysUrl}/key_id`)).body.last_used_at).toBeNull()
  })
})

describe('deleted_cursor', () => {
  const keys = 'keys: [{ id: key_gone, name: gone, deleted: true }, { id: key_there, name: there }]'

  test('resume goes on from where it stood', async () => {
    const { call } = await startApp({ seed: keys })
    expect((await call('GET', `${keysUrl}?after=key_gone`)).body.first_id).toBe('key_there')
  })

  test('reject answers as for one never issued', async () => {
    const { call } = await startApp({ seed: `behavior: { deleted_cursor: reject }\n${keys}` })
    const gone = await call('GET', `${keysUrl}?after=key_gone`)
    const never = await call('GET', `${keysUrl}?after=key_none`)
    expect(gone.status).toBe(400)
    expect(gone.text).toBe(never.text.replaceAll('key_none', 'key_gone'))
    expect(gone.headers['x-emulator-reason']).toContain('cursor_deleted')
    expect(never.headers['x-emulator-reason']).toContain('cursor_never_issued')
    expect((await call('GET', `${keysUrl}?after=key_there`)).status).toBe(200)
  })
})

describe('limit_out_of_range: reject', () => {
  const reject = { seed: 'behavior: { limit_out_of_range: reject }' }

  test.each([
    ['0', 'below minimum value. Expected a value >= 1, but got 0', 'integer_below_min_value'],
    ['-7', 'below minimum value. Expected a value >= 1, but got -7', 'integer_below_min_value'],
    ['101', 'above maximum value. Expected a value <= 100, but got 101', 'integer_above_max_value'],
  ])('%s', async (limit, sentence, code) => {
    const { call } = await startApp(reject)
    const answer = await call('GET', `${keysUrl}?limit=${limit}`)
    expect(answer.status).toBe(400)
    expect(answer.body.error).toEqual({
      message: `Invalid 'limit': integer ${sentence} instead.`,
      type: 'invalid_request_error',
      param: 'limit',
      code,
    })
  })

  test('takes what is in range', async () => {
    const testApp = await startApp(reject)
    expect(await walk(testApp, 'limit=1')).toHaveLength(1)
    expect(await walk(testApp, 'limit=100')).toHaveLength(1)
  })
})

test('unknown_route: empty answers an empty 404, to a wrong method too, and leaves other 404s alone', async () => {
  const { call } = await startApp({ seed: 'behavior: { unknown_route: empty }' })
  for (const [method, url] of [
    ['GET', '/v1/foo'],
    ['PATCH', keysUrl],
    ['GET', '/sandbox/new/v1/foo'],
  ] as const) {
    const answer = await call(method, url)
    expect(answer).toMatchObject({ status: 404, text: '' })
    expect(answer.headers).not.toHaveProperty('content-type')
    expect(answer.headers).not.toHaveProperty('allow')
    expect(answer.headers).toHaveProperty('x-emulator-reason')
  }
  expect((await call('GET', `${keysUrl}/key_none`)).body.error.code).toBe('not_found')
})

import { describe, expect, test } from 'vitest'
import { adminKey, keysUrl } from '../support/app.ts'
import { startControlApp } from '../support/control-app.ts'

const seed = `
clock: { now: 2026-01-01T00:00:00Z, frozen: true }
keys:
  - { id: key_plain, name: Deploy A, created_at: -9d }
  - { id: key_later, name: deploy b, created_at: -8d, expires_at: +8d }
  - { id: key_soon, name: nightly, created_at: -7d, expires_at: +7d }
  - { id: key_over, name: "<img src=x onerror=alert(1)>", created_at: -6d, expires_at: -1s }
  - { id: key_gone, name: deploy gone, created_at: -5d, deleted: true }
`
type Listed = { id: string; state: string }
const statesOf = (data: Listed[]) => data.map(({ id, state }) => `${id.slice(4)} ${state}`)

async function startKeys() {
  const testApp = await startControlApp({ seed })
  const list = async (query = '', sandbox = 'default') =>
    (await testApp.control('GET', `/keys${query}`, undefined, sandbox)).body
  return { ...testApp, list }
}

describe('the key controls', () => {
  test('a list shows the keys as the API does, with their state and the counts of all', async () => {
    const { list, call } = await startKeys()
    const page = await list('?limit=4')
    expect(statesOf(page.data)).toEqual(['plain active', 'later active', 'soon expiring', 'over expired'])
    expect(page).toMatchObject({
      count: 5,
      counts: { active: 3, expiring: 1, expired: 1, deleted: 1 },
      next: 'key_over',
    })
    const shown = (await call('GET', `${keysUrl}?limit=4`)).body.data
    expect(page.data.map(({ state, type, ...key }: Listed & { type: string }) => key)).toEqual(shown)
    expect(JSON.stringify(page)).not.toContain(adminKey)
  })

  test('state, filter and order select keys, and deleted ones appear only where state asks for them', async () => {
    const { list } = await startKeys()
    const select = async (query: string) => {
      const { data, count } = await list(query)
      expect(count).toBe(data.length)
      return data.map(({ id }: Listed) => id)
    }
    expect(await select('?state=deleted')).toEqual(['key_gone'])
    expect(await select('?state=expiring')).toEqual(['key_soon'])
    expect(await select('?state=expired')).toEqual(['key_over'])
    expect(await select('?filter=DEPLOY')).toEqual(['key_plain', 'key_later'])
    expect(await select('?filter=deploy&order=desc')).toEqual(['key_later', 'key_plain'])
    expect(await select('?filter=deploy&state=deleted')).toEqual(['key_gone'])
    expect(await select('?filter=_soo')).toEqual(['key_soon'])
    expect(await select(`?filter=${encodeURIComponent('<img src=x')}`)).toEqual(['key_over'])
    expect(await select('?filter=%25')).toEqual([])
    expect(await select('?type=&project_id=&state=&filter=&after=&limit=&order=')).toHaveLength(5)
  })

  test('states follow the clock of the sandbox, in whichever direction it moves', async () => {
    const { list, control } = await startKeys()
    const states = async () => statesOf((await list('?limit=4')).data)
    const countsAt = async (advance: string) => {
      await control('PUT', '/clock', { advance })
      return (await list()).counts
    }
    expect(await countsAt('1d')).toEqual({ active: 2, expiring: 2, expired: 1, deleted: 1 })
    expect(await countsAt('6d')).toEqual({ active: 2, expiring: 1, expired: 2, deleted: 1 })
    expect(await states()).toEqual(['plain active', 'later expiring', 'soon expired', 'over expired'])
    expect(await countsAt('-8d')).toEqual({ active: 4, expiring: 1, expired: 0, deleted: 1 })
  })

  test.each(['asc', 'desc'])('pages in order %s have every key once', async (order) => {
    const { list, control } = await startControlApp({ seed: 'keys: [{ generate: 45, name: "load-{n}" }]' }).then(
      (testApp) => ({
        ...testApp,
        list: async (query: string) => (await testApp.control('GET', `/keys${query}`)).body,
      }),
    )
    for (const id of (await list('?limit=7')).data.map(({ id }: Listed) => id)) await control('DELETE', `/keys/${id}`)
    for (const [state, expected] of [
      ['active', 39],
      ['deleted', 7],
    ] as const) {
      const ids: string[] = []
      for (let after: string | null = ''; after !== null; ) {
        const page: { data: Listed[]; next: string | null } = await list(
          `?state=${state}&order=${order}&limit=10&after=${after}`,
        )
        ids.push(...page.data.map(({ id }) => id))
        after = page.next
      }
      expect(new Set(ids).size).toBe(expected)
      expect(ids).toHaveLength(expected)
    }
    const all = await list(`?order=${order}`)
    // A deleted key is a cursor, as in the API.
    await control('DELETE', `/keys/${all.data[3].id}`)
    expect((await list(`?order=${order}&after=${all.data[3].id}`)).data[0].id).toBe(all.data[4].id)
  })

  test('created and deleted keys are those of the API, in the sandbox that the URL names', async () => {
    const { control, call, names, list } = await startKeys()
    const { status, body, headers } = await control('POST', '/keys', { name: 'x', expires_in_seconds: 60 }, 'a')
    expect([status, body.state, headers['cache-control']]).toEqual([201, 'expiring', 'no-store'])
    expect(body.expires_at - body.created_at).toBe(60)
    const url = `/sandbox/a${keysUrl}`
    expect((await call('GET', url, { as: body.value })).status).toBe(200)
    expect(await names('a')).toContain('x')
    expect(await names()).not.toContain('x')
    const { value, ...withoutValue } = body
    const got = (await control('GET', `/keys/${body.id}`, undefined, 'a')).body
    expect(got).toEqual({ ...withoutValue, last_used_at: got.last_used_at })
    expect(JSON.stringify([got, await list('?limit=100', 'a')])).not.toContain(value)
    expect((await control('DELETE', `/keys/${body.id}`, undefined, 'a')).body).toEqual({ deleted: [body.id] })
    expect((await call('GET', url, { as: value })).status).toBe(401)
    expect((await control('GET', `/keys/${body.id}`, undefined, 'a')).body.state).toBe('deleted')
    expect((await control('DELETE', `/keys/${body.id}`, undefined, 'a')).status).toBe(404)
    expect((await control('GET', '/keys/key_none')).body.error.code).toBe('not_found')
  })

  test('keys are read and changed without an entry in the journal, a fault, or a use of the admin key', async () => {
    const { control, list } = await startKeys()
    await control('POST', '/faults', { operation: '*', kind: 'error', status: 500, times: null })
    const { id } = (await control('POST', '/keys', { name: 'x' })).body
    await control('DELETE', `/keys/${id}`)
    expect((await list('?filter=Admin')).data[0].last_used_at).toBeNull()
    expect((await control('GET', '/journal')).body.count).toBe(0)
    expect((await control('GET', '/faults')).body.data[0].hits).toBe(0)
  })

  test('a key created by a control stays where requests leave no trace', async () => {
    const { control, names } = await startControlApp({ seed: 'behavior: { state: discarded }' })
    await control('POST', '/keys', { name: 'kept' })
    expect(await names()).toEqual(['Admin key', 'kept'])
  })

  test('a list shows the masked form of values where the behavior does', async () => {
    const { control, list, call } = await startKeys()
    await control('PATCH', '/behavior', { redaction: 'masked' })
    const shown = (await call('GET', `${keysUrl}/key_plain`)).body
    expect(shown.redacted_value).toContain('**')
    expect((await list()).data[0].redacted_value).toBe(shown.redacted_value)
  })

  test.each([
    ['GET', '?state=all', '\'state\' must be one of active, expiring, expired, deleted, got "all"'],
    ['GET', '?limit=0', '\'limit\' must be an integer from 1 to 1000, got "0"'],
    ['GET', '?limit=1001', '\'limit\' must be an integer from 1 to 1000, got "1001"'],
    ['GET', '?order=up', '\'order\' must be one of asc, desc, got "up"'],
    ['GET', '?type=user', '\'type\' must be one of admin, project, got "user"'],
    ['GET', '/key_plain?type=user', '\'type\' must be one of admin, project, got "user"'],
    ['DELETE', '/key_plain?types=user', "Unknown query parameter 'types'. Available parameters: type"],
    ['GET', '?after=key_none', '\'after\' must be the id of a key, got "key_none"'],
    [
      'GET',
      '?name=x',
      "Unknown query parameter 'name'. Available parameters: type, project_id, state, filter, after, limit, order",
    ],
    ['GET', '?state=active&state=deleted', '\'state\' must be given once, got "active, deleted"'],
  ])('%s /keys%s is refused with the rule', async (method, query, message) => {
    const { control } = await startKeys()
    const { status, body } = await control(method, `/keys${query}`)
    expect([status, body.error.message]).toEqual([400, message])
  })

  test.each([
    [{ name: 5 }, '/name must be a string: the name of the key, got 5'],
    [
      { name: 'x', expires_in_seconds: 31_536_001 },
      '/expires_in_seconds must be an integer from 1 to 31536000: seconds until the key expires, got 31536001',
    ],
    [{ name: 'x', project_id: 1 }, '/project_id must be the id of the project in which the key is created, got 1'],
  ])('a new key %j is refused with the rule', async (key, message) => {
    const { control } = await startKeys()
    const { status, body } = await control('POST', '/keys', key)
    expect([status, body.error.message]).toEqual([400, message])
  })

  test.each([
    [{}, '/name'],
    [{ name: 5 }, '/name'],
    [{ name: 'x', expires_in_seconds: 0 }, '/expires_in_seconds'],
    [{ name: 'x', owner: {} }, '/owner'],
    [{ name: '\ud800' }, '/name'],
  ])('a new key %j is refused at %s', async (key, param) => {
    const { control } = await startKeys()
    const { status, body } = await control('POST', '/keys', key)
    expect([status, body.error.type, body.error.param]).toEqual([400, 'emulator_error', param])
  })

  test('while the keys of a large sandbox are searched, other requests are processed and a reset is survived', async () => {
    const { control, list } = await startControlApp({ seed: 'keys: [{ generate: 60000, name: "load-{n}" }]' }).then(
      (testApp) => ({
        ...testApp,
        list: async (query: string) => (await testApp.control('GET', `/keys${query}`)).body,
      }),
    )
    let isDone = false
    const searching = list('?filter=load-59999').finally(() => {
      isDone = true
    })
    expect((await control('GET', '/clock')).status).toBe(200)
    expect(isDone).toBe(false)
    await control('POST', '/reset')
    expect(await searching).toMatchObject({ count: 1, counts: { active: 60001 }, next: null })
  })
})

describe('the connection', () => {
  test('it is the base URL by which the sandbox was reached and the admin key', async () => {
    const { listen, control } = await startControlApp()
    const url = await listen()
    const get = async (path: string) => (await fetch(`${url}${path}/_emulator/connection`)).json()
    expect(await get('')).toEqual({ base_url: `${url}/v1`, admin_key: adminKey })
    expect(await get('/sandbox/a')).toEqual({ base_url: `${url}/sandbox/a/v1`, admin_key: adminKey })
    expect((await control('GET', '/connection')).headers['cache-control']).toBe('no-store')
  })

  test('it has no admin key where there is none, and requires the control token', async () => {
    const { control, call } = await startControlApp({ adminKey: undefined, controlToken: 'let-me-in' })
    expect((await control('GET', '/connection')).status).toBe(401)
    const response = await call('GET', '/_emulator/connection', { as: 'let-me-in' })
    expect(response.body.admin_key).toBeNull()
  })
})

import { describe, expect, test } from 'vitest'
import { adminKey, keysUrl } from '../support/app.ts'
import { startControlApp } from '../support/control-app.ts'
import { observeSandbox } from '../support/observe-sandbox.ts'

describe('state', () => {
  test('an exported state, loaded elsewhere as a state or as a seed file, behaves the same', async () => {
    const source = await startControlApp({ seed: ['lifecycle'] })
    const expiringKey = await source.create({ name: 'expiring', expires_in_seconds: 60 })
    const deletedKey = await source.create({ name: 'gone' })
    await source.call('DELETE', `${keysUrl}/${deletedKey.id}`)
    await source.control('PUT', '/clock', { now: '2026-06-01T00:00:00Z', frozen: true })
    await source.control('PATCH', '/behavior', { limit_out_of_range: 'reject' })
    await observeSandbox(source)
    const { text, body: state } = await source.control('GET', '/state')
    expect(text).not.toContain(expiringKey.value.slice(20))

    const other = await startControlApp({ seed: ['paging'] })
    expect((await other.control('PUT', '/state', state)).status).toBe(200)
    expect((await other.control('GET', '/state')).body).toEqual(state)
    expect(await observeSandbox(other)).toEqual(await observeSandbox(source))
    for (const { call } of [source, other]) {
      expect((await call('GET', `${keysUrl}?after=${deletedKey.id}`)).status).toBe(200)
      expect((await call('GET', keysUrl, { as: deletedKey.value })).headers['x-emulator-reason']).toContain(
        'key_deleted',
      )
    }
    const seeded = await startControlApp({ seed: text })
    expect(await observeSandbox(seeded)).toEqual(await observeSandbox(source))
    // Loading a state does not change the initial image.
    await other.control('POST', '/reset')
    expect(await other.names()).toHaveLength(251)
  })

  test('PUT /state gives omitted sections their defaults and adds the admin key', async () => {
    const { control, names } = await startControlApp({ seed: 'behavior: { auth: any }\nkeys: [{ name: old }]' })
    expect((await control('PUT', '/state', { keys: [{ name: 'new' }] })).body).toEqual({ keys: 2 })
    expect(await names()).toEqual(['Admin key', 'new'])
    expect((await control('GET', '/behavior')).body.auth).toBe('strict')
  })

  test('a state can be sent as YAML with the content type application/yaml', async () => {
    const { call, names } = await startControlApp()
    const yaml = (rawBody: string) =>
      call('POST', '/_emulator/state', { as: null, rawBody, headers: { 'content-type': 'application/yaml' } })
    expect((await yaml('keys:\n  - name: from yaml # a comment\n    created_at: -1d')).status).toBe(200)
    expect(await names()).toEqual(['from yaml', 'Admin key'])
    expect((await yaml('keys: [')).body.error.message).toMatch(/^The body is not valid YAML or JSON/)
  })

  test.each(['application/yaml', 'application/json'])(
    'a byte order mark at the start of a state of type %s is ignored',
    async (type) => {
      const { call, names } = await startControlApp()
      const request = { as: null, rawBody: '\uFEFF{"keys": [{"name": "marked"}]}', headers: { 'content-type': type } }
      expect((await call('PUT', '/_emulator/state', request)).status).toBe(200)
      expect(await names()).toEqual(['Admin key', 'marked'])
    },
  )

  test('POST /state adds all keys, or none if one is invalid', async () => {
    const { control, names } = await startControlApp({ seed: 'keys: [{ id: key_there, name: there }]' })
    expect((await control('POST', '/state', { keys: [{ name: 'a' }, { generate: 2, name: 'b{n}' }] })).body).toEqual({
      keys: 5,
    })
    const before = await names()
    const response = await control('POST', '/state', { keys: [{ name: 'c' }, { id: 'key_there', name: 'd' }] })
    expect(response.body.error).toMatchObject({ param: '/keys/1/id' })
    expect(await names()).toEqual(before)
  })

  test.each([
    ['PUT', { keys: [{ name: 'a', created_at: 'soon' }] }, '/keys/0/created_at', 'Unix seconds'],
    ['PUT', { keys: [{ name: 'a' }, { name: 'a', created_at: '2026-02-30' }] }, '/keys/1/created_at', 'exists'],
    [
      'PUT',
      {
        keys: [
          { id: 'x', name: 'a' },
          { id: 'x', name: 'b' },
        ],
      },
      '/keys/1/id',
      'no other key',
    ],
    [
      'PUT',
      { behaviour: {} },
      '/behaviour',
      '/behaviour is not a known field of a seed; known fields: organization, behavior, clock, keys',
    ],
    ['PUT', [], '/', 'a seed'],
    ['POST', { clock: {} }, '/clock', 'only keys can be added'],
    ['POST', { keys: [{ name: 'a', value: adminKey }] }, '/keys/0/value', 'no key of the sandbox has'],
  ])('%s /state with the body %j is rejected with param %s and changes nothing', async (method, body, param, rule) => {
    const { control } = await startControlApp()
    const before = (await control('GET', '/state')).body.keys
    const { status, body: responseBody } = await control(method, '/state', body)
    expect([status, responseBody.error.param]).toEqual([400, param])
    expect(responseBody.error.message).toContain(rule)
    expect(responseBody.error.message).not.toContain(adminKey)
    expect((await control('GET', '/state')).body.keys).toEqual(before)
  })

  test('a state of 150,000 keys can be loaded, exported, snapshotted and restored', async () => {
    const { control, call } = await startControlApp()
    const keys = Array.from({ length: 150_000 }, (_, n) => ({ id: `key_${n}`, name: `n${n}` }))
    expect((await control('PUT', '/state', { clock: { frozen: true }, keys })).body).toEqual({ keys: 150_001 })
    const { body: state } = await control('GET', '/state')
    expect((await control('PUT', '/state', state)).body).toEqual({ keys: 150_001 })
    expect((await control('GET', '/state')).body).toEqual(state)
    expect((await call('GET', `${keysUrl}/key_149999`)).status).toBe(200)
    await control('PUT', '/snapshots/big')
    await control('POST', '/reset')
    expect((await control('POST', '/snapshots/big/restore')).body.keys).toBe(150_001)
  }, 60_000)
})

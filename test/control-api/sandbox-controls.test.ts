import { describe, expect, test } from 'vitest'
import { adminKey, keysUrl } from '../support/app.ts'
import { sandboxPath, startControlApp } from '../support/control-app.ts'
import { observeSandbox } from '../support/observe-sandbox.ts'

describe('the sandbox controls', () => {
  test('GET /sandboxes lists every sandbox with its URL, keys and times, `default` first', async () => {
    const { control, call } = await startControlApp({ seed: ['paging'] })
    await call('GET', sandboxPath('a', keysUrl))
    const { body } = await control('GET', '/sandboxes')
    expect(body.data.map(({ name, keys }: { name: string; keys: number }) => [name, keys])).toEqual([
      ['default', 251],
      ['a', 251],
    ])
    expect(body.data[0].base_url).toMatch(/^http:\/\/.+\/v1$/)
    expect(body.data[1].base_url).toMatch(/^http:\/\/.+\/sandbox\/a\/v1$/)
    for (const { created_at, last_used_at } of body.data) {
      expect(Math.abs(created_at - Date.now() / 1000)).toBeLessThan(5)
      expect(last_used_at).toBeGreaterThanOrEqual(created_at)
    }
  })

  test('POST /sandboxes creates a sandbox from the seed, with the given or a random name', async () => {
    const { control, names } = await startControlApp({ seed: 'keys: [{ name: seeded }]' })
    const { status, body } = await control('POST', '/sandboxes', { name: 'mine' })
    expect(status).toBe(201)
    expect(body).toEqual({ name: 'mine', base_url: expect.stringContaining('/sandbox/mine/v1'), admin_key: adminKey })
    expect(await names('mine')).toEqual(['Admin key', 'seeded'])
    const random = await control('POST', '/sandboxes')
    expect(random.body.name).toMatch(/^[0-9a-z]{16}$/)
    expect(await names(random.body.name)).toEqual(['Admin key', 'seeded'])
    const without = await startControlApp({ adminKey: undefined })
    expect((await without.control('POST', '/sandboxes', { name: 'x' })).body.admin_key).toBe(null)
  })

  test('a copied sandbox has the keys, clock, behavior and cursors of its source, and then shares nothing with it', async () => {
    const testApp = await startControlApp({ seed: ['lifecycle'] })
    const { control, call, create } = testApp
    const keptKey = await create({ name: 'kept' })
    const deletedKey = await create({ name: 'gone' })
    await call('DELETE', `${keysUrl}/${deletedKey.id}`)
    await control('PUT', '/clock', { now: '2030-01-01', frozen: true })
    await control('PATCH', '/behavior', { deleted_cursor: 'resume', limit_out_of_range: 'reject' })
    expect((await control('POST', '/sandboxes', { name: 'copy', from: { sandbox: 'default' } })).status).toBe(201)

    const [source, copy] = [await observeSandbox(testApp), await observeSandbox(testApp, 'copy')]
    // Both observations use the admin key within the same frozen second.
    expect(copy).toEqual(source)
    expect((await control('GET', '/clock', undefined, 'copy')).body).toEqual((await control('GET', '/clock')).body)
    expect((await control('GET', '/behavior', undefined, 'copy')).body.limit_out_of_range).toBe('reject')
    expect((await call('GET', sandboxPath('copy', keysUrl), { as: keptKey.value })).status).toBe(200)
    expect((await call('GET', `${sandboxPath('copy', keysUrl)}?after=${deletedKey.id}`)).status).toBe(200)

    await call('DELETE', `${sandboxPath('copy', keysUrl)}/${keptKey.id}`)
    expect((await call('GET', `${keysUrl}/${keptKey.id}`)).status).toBe(200)
    // A reset restores the initial image of the copy, not the seed.
    await control('POST', '/reset', {}, 'copy')
    expect((await call('GET', `${sandboxPath('copy', keysUrl)}/${keptKey.id}`)).status).toBe(200)
  })

  test('DELETE /sandboxes removes one sandbox or all, but never `default`', async () => {
    const { control, call, names } = await startControlApp()
    for (const name of ['a', 'b', 'c']) await call('POST', sandboxPath(name, keysUrl), { body: { name } })
    expect((await control('DELETE', '/sandboxes/a')).body).toEqual({ deleted: ['a'] })
    expect((await control('DELETE', '/sandboxes')).body).toEqual({ deleted: ['b', 'c'] })
    expect(await names('a')).toEqual(['Admin key'])
    expect((await control('DELETE', '/sandboxes/default')).status).toBe(400)
  })

  test.each([
    ['POST', '/sandboxes', { name: 'default' }, 409, '/name'],
    ['POST', '/sandboxes', { name: '../x' }, 400, '/name'],
    ['POST', '/sandboxes', { name: 5 }, 400, '/name'],
    ['POST', '/sandboxes', { nam: 'x' }, 400, '/nam'],
    ['POST', '/sandboxes', { from: { sandbox: 'nobody' } }, 404, null],
    ['POST', '/sandboxes', { from: { sandbox: 'default', snapshot: 'none' } }, 404, null],
    ['POST', '/sandboxes', { from: {} }, 400, '/from/sandbox'],
    ['DELETE', '/sandboxes/nobody', undefined, 404, null],
    ['DELETE', '/sandboxes/..%2fx', undefined, 404, null],
  ])('%s %s with the body %j is rejected with status %i', async (method, path, body, status, param) => {
    const { control } = await startControlApp()
    const response = await control(method, path, body)
    expect([response.status, response.body.error.type, response.body.error.param]).toEqual([
      status,
      'emulator_error',
      param,
    ])
    expect((await control('GET', '/sandboxes')).body.data).toHaveLength(1)
  })

  test('at the sandbox limit, neither a control nor a request creates another sandbox', async () => {
    const { control } = await startControlApp({ maxSandboxes: 2 })
    await control('POST', '/sandboxes', { name: 'one' })
    const response = await control('POST', '/sandboxes', { name: 'two' })
    expect([response.status, response.body.error.code]).toEqual([503, 'sandbox_limit'])
    expect((await control('GET', '/clock', undefined, 'two')).status).toBe(503)
  })

  test('each copy in a chain of 20 is reset to its own initial image', async () => {
    const { control, names } = await startControlApp()
    for (let n = 0; n < 20; n++) {
      const from = n === 0 ? 'default' : `c${n - 1}`
      expect((await control('POST', '/sandboxes', { name: `c${n}`, from: { sandbox: from } })).status).toBe(201)
      await control('POST', '/state', { keys: [{ name: `n${n}` }] }, `c${n}`)
    }
    await control('POST', '/reset', {}, 'c3')
    for (let n = 19; n >= 0; n--) {
      await control('POST', '/reset', {}, `c${n}`)
      expect(await names(`c${n}`)).toEqual(['Admin key', ...Array.from({ length: n }, (_, k) => `n${k}`)])
    }
  })

  test('the emulator holds 1000 sandboxes and rejects the next one', async () => {
    const { control } = await startControlApp()
    for (let n = 1; n < 1000; n++) {
      expect((await control('POST', '/sandboxes', { name: `s${n}` })).status).toBe(201)
    }
    expect((await control('POST', '/sandboxes', {})).status).toBe(503)
    expect((await control('GET', '/sandboxes')).body.data).toHaveLength(1000)
    expect((await control('DELETE', '/sandboxes')).body.deleted).toHaveLength(999)
  }, 60_000)
})

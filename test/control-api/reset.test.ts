import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { adminKey, keysUrl } from '../support/app.ts'
import { sandboxPath, startControlApp } from '../support/control-app.ts'
import { observeSandbox } from '../support/observe-sandbox.ts'
import { sendRaw } from '../support/raw-http.ts'

describe('reset', () => {
  const seed = `
    keys: [{ name: a, value: sk-admin-seeded }, { generate: 20, name: "k{n}" }, { id: key_gone, name: x, deleted: true }]
    behavior: { limit_out_of_range: reject }
    clock: { now: 2026-01-01T00:00:00Z, frozen: true }`

  test('a reset restores exactly the initial state', async () => {
    const testApp = await startControlApp({ seed })
    const { control, call, create } = testApp
    const before = (await control('GET', '/state')).body
    const created = await create()
    await call('DELETE', `${keysUrl}/${(await observeSandbox(testApp)).ascending[3].id}`)
    await control('PUT', '/clock', { advance: '400d', frozen: false })
    await control('PATCH', '/behavior', { auth: 'any', limit_out_of_range: 'clamp' })
    expect((await control('POST', '/reset')).body).toEqual({
      reset: ['keys', 'journal', 'faults', 'clock', 'behavior', 'random'],
    })
    expect((await control('GET', '/state')).body).toEqual(before)
    expect((await call('GET', keysUrl, { as: created.value })).status).toBe(401)
    expect((await call('GET', keysUrl, { as: 'sk-admin-seeded' })).status).toBe(200)
  })

  // The emulator compresses small images of every sandbox but `default`.
  test.each([1, 2000])(
    'a reset and a restore return a sandbox with %i keys exactly to its earlier state',
    async (count) => {
      const testApp = await startControlApp({ seed: `keys: [{ generate: ${count}, name: "k{n}" }]` })
      const inSandbox = (method: string, path: string) => testApp.control(method, path, undefined, 'a')
      const keys = async () => (await inSandbox('GET', '/state')).body.keys
      const before = await keys()
      for (const undo of ['/reset', '/snapshots/s/restore']) {
        await inSandbox('PUT', '/snapshots/s')
        await testApp.call('POST', sandboxPath('a', keysUrl), { body: { name: 'created' } })
        expect(await keys()).toHaveLength(count + 2)
        await inSandbox('POST', undo)
        expect(await keys()).toEqual(before)
      }
    },
  )

  test('a reset of one part leaves the others unchanged', async () => {
    const { control, create, names } = await startControlApp({ seed })
    await create({ name: 'created' })
    await control('PUT', '/clock', { now: '2027-01-01' })
    await control('PATCH', '/behavior', { auth: 'any' })
    await control('POST', '/reset', { only: ['clock'] })
    expect((await control('GET', '/clock')).body).toEqual({
      now: '2026-01-01T00:00:00.000Z',
      unix: 1767225600,
      frozen: true,
    })
    expect(await names()).toContain('created')
    await control('PUT', '/clock', { now: '2027-01-01' })
    await control('POST', '/reset', { only: ['keys'] })
    expect(await names()).not.toContain('created')
    expect((await control('GET', '/clock')).body.unix).toBe(1798761600)
    expect((await control('GET', '/behavior')).body.auth).toBe('any')
    await control('POST', '/reset', { only: ['behavior'] })
    expect((await control('GET', '/behavior')).body).toMatchObject({ auth: 'strict', limit_out_of_range: 'reject' })
  })

  test('a reset of one sandbox does not change another', async () => {
    const { control, call, names } = await startControlApp()
    for (const name of ['a', 'b']) await call('POST', sandboxPath(name, keysUrl), { body: { name } })
    await control('POST', '/reset', {}, 'a')
    expect(await names('a')).toEqual(['Admin key'])
    expect(await names('b')).toEqual(['Admin key', 'b'])
  })

  test('a reset aborts requests in flight, which write nothing', async () => {
    const { control, listen, names } = await startControlApp()
    const url = await listen()
    const head = `POST ${keysUrl} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${adminKey}\r\nContent-Type: application/json\r\n`
    const response = sendRaw(url, `${head}Content-Length: 20\r\n\r\n{"name":`)
    await sleep(100)
    await control('POST', '/reset')
    expect(await response).toBe('')
    expect((await control('GET', '/journal')).body.data).toEqual([])
    expect(await names()).toEqual(['Admin key'])
  })

  test('a reset restarts the sequence of seeded randomness', async () => {
    const { control, create } = await startControlApp({ randomSeed: 7 })
    const first = await create()
    await control('POST', '/reset')
    expect(await create()).toEqual({ ...first, created_at: expect.any(Number), owner: expect.anything() })
  })

  test('the old field `what` is rejected', async () => {
    const { control, create, names } = await startControlApp()
    await create({ name: 'kept' })
    const { status, body } = await control('POST', '/reset', { what: ['keys'] })
    expect([status, body.error.param]).toEqual([400, '/what'])
    expect(await names()).toContain('kept')
  })
})

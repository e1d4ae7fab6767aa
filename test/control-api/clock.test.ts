import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { keysUrl, walk } from '../support/app.ts'
import { startControlApp } from '../support/control-app.ts'

describe('the clock', () => {
  test('setting the clock forwards or backwards changes new timestamps and what has expired', async () => {
    const { control, create, call } = await startControlApp()
    await control('PUT', '/clock', { now: 1_767_225_600, frozen: true })
    const key = await create({ name: 'expiring', expires_in_seconds: 60 })
    expect(key).toMatchObject({ created_at: 1_767_225_600, expires_at: 1_767_225_660 })
    expect((await call('GET', keysUrl, { as: key.value })).status).toBe(200)
    await control('PUT', '/clock', { advance: '1m' })
    expect((await call('GET', keysUrl, { as: key.value })).status).toBe(401)
    await control('PUT', '/clock', { advance: '-1s' })
    expect((await call('GET', keysUrl, { as: key.value })).status).toBe(200)
    const { body } = await call('GET', `${keysUrl}/${key.id}`)
    expect(body.last_used_at).toBe(1_767_225_659)
  })

  test('keys created after the clock went backwards are listed in order and paginated completely', async () => {
    const testApp = await startControlApp()
    const { control, create } = testApp
    for (const now of [300, 100, 200, 100]) {
      await control('PUT', '/clock', { now: 1_700_000_000 + now, frozen: true })
      await create({ name: `at ${now}` })
    }
    const ascending = (await walk(testApp, 'limit=1')).map(({ name }) => name)
    expect(ascending).toEqual(['at 100', 'at 100', 'at 200', 'at 300', 'Admin key'])
    expect((await walk(testApp, 'limit=1&order=desc')).map(({ name }) => name)).toEqual([...ascending].reverse())
  })

  test('the clock can be frozen, unfrozen and reset to the system time', async () => {
    const { control } = await startControlApp()
    const frozen = (await control('PUT', '/clock', { frozen: true })).body
    await sleep(30)
    expect((await control('GET', '/clock')).body).toEqual(frozen)
    const running = (await control('PUT', '/clock', { frozen: false, advance: '-10d' })).body
    expect(running.frozen).toBe(false)
    expect(Date.now() - Date.parse(running.now)).toBeGreaterThan(9 * 86_400_000)
    const reset = (await control('DELETE', '/clock')).body
    expect(Math.abs(Date.now() - Date.parse(reset.now))).toBeLessThan(2000)
  })

  test('at the latest allowed time, keys can still be created, exported and loaded', async () => {
    const { control, create } = await startControlApp()
    const last = (await control('PUT', '/clock', { now: '9997-12-31T23:59:59.999Z', frozen: true })).body
    expect(last.unix).toBe(253_339_228_799)
    await create({ name: 'long', expires_in_seconds: 31_536_000 })
    await control('PUT', '/clock', { frozen: false })
    await create({ name: 'running', expires_in_seconds: 31_536_000 })
    await control('PUT', '/clock', { frozen: true })
    const { body: state } = await control('GET', '/state')
    expect((await control('PUT', '/state', state, 'other')).status).toBe(200)
    expect((await control('GET', '/state', undefined, 'other')).body.keys).toEqual(state.keys)
  })

  test.each([
    [{ now: 'soon' }, '/now'],
    [{ now: '2026-02-30' }, '/now'],
    [{ now: -1 }, '/now'],
    [{ now: 5, advance: '1s' }, '/advance'],
    [{ advance: 60 }, '/advance'],
    [{ advance: '5 days' }, '/advance'],
    [{ advance: '-100000000d' }, '/advance'],
    [{ advance: null }, '/advance'],
    [{ now: '9998-01-01' }, '/now'],
    [{ now: 253_339_228_800 }, '/now'],
    [{ advance: '9999999d' }, '/advance'],
    [{ frozen: 'yes' }, '/frozen'],
    [{ frozen: true, speed: 2 }, '/speed'],
  ])('PUT /clock with %j is rejected with param %s', async (body, param) => {
    const { control } = await startControlApp()
    const { status, body: responseBody } = await control('PUT', '/clock', body)
    expect([status, responseBody.error.param]).toEqual([400, param])
  })
})

test.each(['[]', '"x"', 'null', '5'])('the body %s is rejected because it is not an object', async (rawBody) => {
  const { call } = await startControlApp()
  const { status, body } = await call('PUT', '/_emulator/clock', { as: null, rawBody })
  expect([status, body.error.message]).toEqual([400, `/ must be an object: {now, advance, frozen}, got ${rawBody}`])
})

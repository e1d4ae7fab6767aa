import { describe, expect, test } from 'vitest'
import { keysUrl } from '../support/app.ts'
import { startControlApp } from '../support/control-app.ts'

describe('the behavior controls', () => {
  test('with `state: discarded`, after_commit faults fire and are journaled, and no key is kept', async () => {
    const { control, call, names } = await startControlApp()
    await control('PATCH', '/behavior', { state: 'discarded' })
    await control('POST', '/faults', {
      operation: 'admin-api-keys-create',
      kind: 'error',
      status: 500,
      when: 'after_commit',
      times: 2,
    })
    for (const status of [500, 500, 200]) {
      expect((await call('POST', keysUrl, { body: { name: 'x' } })).status).toBe(status)
    }
    expect(await names()).toEqual(['Admin key'])
    const { body } = await control('GET', '/journal?operation=admin-api-keys-create')
    expect(body.data.map(({ status, fault_id }: Record<string, unknown>) => [status, fault_id])).toEqual([
      [500, 'fault_1'],
      [500, 'fault_1'],
      [200, null],
    ])
    await control('PUT', '/snapshots/s')
    await control('POST', '/reset')
    await call('POST', keysUrl, { body: { name: 'kept' } })
    expect(await names()).toEqual(['Admin key', 'kept'])
    await control('POST', '/snapshots/s/restore')
    expect((await control('GET', '/behavior')).body.state).toBe('discarded')
    await call('POST', keysUrl, { body: { name: 'discarded' } })
    expect(await names()).toEqual(['Admin key'])
  })

  test('with `state: discarded`, controls still change the sandbox', async () => {
    const { control, names } = await startControlApp({ seed: 'behavior: { state: discarded }' })
    await control('POST', '/state', { keys: [{ name: 'added' }] })
    await control('PUT', '/clock', { now: 5, frozen: true })
    expect(await names()).toEqual(['Admin key', 'added'])
    expect((await control('GET', '/clock')).body.unix).toBe(5)
  })

  test('with `auth: any`, faults apply to requests with an unknown key', async () => {
    const { control, call } = await startControlApp({ seed: 'behavior: { auth: any }' })
    for (const status of [401, 403, 404]) {
      await control('POST', '/faults', { operation: '*', kind: 'error', status })
      const response = await call('GET', keysUrl, { as: 'unknown' })
      expect([response.status, response.headers['x-emulator-reason']]).toEqual([
        status,
        expect.stringContaining('fault; '),
      ])
    }
    await control('POST', '/faults', { operation: '*', kind: 'error', status: 500, match: { calling_key_id: 'key_x' } })
    expect((await call('GET', keysUrl, { as: 'unknown' })).status).toBe(200)
    expect((await call('GET', keysUrl, { as: null })).status).toBe(401)
  })

  test('the list of switches describes each with its value in the sandbox, in the order of the values', async () => {
    const { control } = await startControlApp()
    await control('PATCH', '/behavior', { limit_out_of_range: 'reject' }, 'a')
    const { data } = (await control('GET', '/behavior/switches', undefined, 'a')).body
    const values = Object.fromEntries(data.map(({ name, value }: Record<string, string>) => [name, value]))
    expect(values).toEqual((await control('GET', '/behavior', undefined, 'a')).body)
    expect(data.find(({ name }: { name: string }) => name === 'limit_out_of_range')).toEqual({
      name: 'limit_out_of_range',
      value: 'reject',
      title: 'A `limit` outside 1..100',
      values: [
        { value: 'clamp', description: 'the nearest bound applies' },
        { value: 'reject', description: '400' },
      ],
      evidence: 'sibling',
      reason: 'newer sibling routes clamp `limit`, others return 400',
    })
  })
})

import { describe, expect, test } from 'vitest'
import { startControlApp } from '../support/control-app.ts'
import { observeSandbox } from '../support/observe-sandbox.ts'

describe('snapshots', () => {
  test('a sandbox has at most 100 snapshots, which can still be replaced and deleted', async () => {
    const { control } = await startControlApp()
    for (let n = 0; n < 100; n++) expect((await control('PUT', `/snapshots/s${n}`)).status).toBe(200)
    const { status, body } = await control('PUT', '/snapshots/one-more')
    expect([status, body.error.code]).toEqual([409, 'snapshot_limit'])
    expect((await control('PUT', '/snapshots/s0')).status).toBe(200)
    await control('DELETE', '/snapshots/s0')
    expect((await control('PUT', '/snapshots/one-more')).status).toBe(200)
  })

  test('a snapshot can be restored repeatedly, replaced, copied and deleted, and survives a reset', async () => {
    const testApp = await startControlApp({ seed: ['lifecycle'] })
    const { control, create, names } = testApp
    await control('PUT', '/clock', { now: '2026-03-01T12:00:00Z', frozen: true })
    await create({ name: 'before' })
    const response = await control('PUT', '/snapshots/S.1')
    const before = await observeSandbox(testApp)
    expect(response.body).toEqual({ name: 'S.1', created_at: 1772366400, keys: (await names()).length })
    for (let n = 0; n < 2; n++) {
      await create({ name: 'after' })
      await control('PUT', '/clock', { advance: '1d', frozen: false })
      await control('POST', '/reset')
      expect((await control('POST', '/snapshots/S.1/restore')).status).toBe(200)
      expect(await observeSandbox(testApp)).toEqual(before)
      expect((await control('GET', '/clock')).body.unix).toBe(1772366400)
    }
    await create({ name: 'more' })
    await control('PUT', '/snapshots/S.1')
    await control('PUT', '/snapshots/a')
    expect((await control('GET', '/snapshots')).body.data.map(({ name }: { name: string }) => name)).toEqual([
      'S.1',
      'a',
    ])
    await control('POST', '/sandboxes', { name: 'copy', from: { sandbox: 'default', snapshot: 'S.1' } })
    expect(await names('copy')).toContain('more')
    expect((await control('GET', '/snapshots', undefined, 'copy')).body.data).toEqual([])
    expect((await control('DELETE', '/snapshots/a')).body).toEqual({ deleted: ['a'] })
  })

  test.each([
    ['PUT', '/snapshots/..%2fx', 400],
    ['PUT', '/snapshots/%00', 400],
    ['PUT', `/snapshots/${'x'.repeat(65)}`, 400],
    ['POST', '/snapshots/none/restore', 404],
    ['DELETE', '/snapshots/none', 404],
    ['DELETE', '/snapshots/..%2fsandbox', 404],
  ])('%s %s is rejected with status %i', async (method, path, status) => {
    const { control } = await startControlApp()
    expect((await control(method, path)).status).toBe(status)
    expect((await control('GET', '/snapshots')).body.data).toEqual([])
  })
})

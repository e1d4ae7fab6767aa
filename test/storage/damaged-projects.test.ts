import { cpSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { startControlApp } from '../support/control-app.ts'
import { projectDamages, projectSeed } from '../support/damage-projects.ts'
import { sandboxFile, snapshotFile } from '../support/data-directory.ts'
import { expectStartToFail } from '../support/failed-start.ts'
import { createTemporaryFolder } from '../support/files.ts'

/** Starts a server whose sandbox has an object of every table, and a snapshot `s`. */
async function start() {
  const dataDirectory = createTemporaryFolder()
  const app = await startControlApp({ dataDirectory, seed: projectSeed })
  expect((await app.control('PUT', '/snapshots/s')).status).toBe(200)
  return { ...app, dataDirectory }
}

describe.each(projectDamages)('a database $name', ({ damage, message }) => {
  test('stops the start and is not changed', async () => {
    const { app, dataDirectory } = await start()
    await app.close()
    damage(sandboxFile(dataDirectory))
    await expectStartToFail(dataDirectory, sandboxFile(dataDirectory), message)
  })

  test('is refused by a restore and a reset, which change nothing', async () => {
    const { control, names, dataDirectory } = await start()
    damage(snapshotFile(dataDirectory, 's'))
    damage(sandboxFile(dataDirectory, 'initial.sqlite'))
    for (const [path, code] of [
      ['/snapshots/s/restore', 'snapshot_damaged'],
      ['/reset', 'initial_state_damaged'],
    ] as const) {
      expect(await control('POST', path)).toMatchObject({
        status: 409,
        body: { error: { code, message: expect.stringMatching(message) } },
      })
    }
    expect((await control('GET', '/snapshots')).body.data).toEqual([{ name: 's', damaged: true }])
    expect(await names()).toEqual(['Admin key', 'reader'])
  })
})

/** Writes to every resource, in a way that the audit log records. */
async function writeEverything({ call }: Awaited<ReturnType<typeof start>>): Promise<void> {
  const post = async (path: string, body: object = {}) => {
    const response = await call('POST', `/v1/organization${path}`, { body })
    expect([path, response.status]).toEqual([path, 200])
    return response.body
  }
  const created = await post('/projects', { name: 'Name with "quotes" and 😀' })
  await post(`/projects/${created.id}`, { name: 'other' })
  const accounts = `/projects/${created.id}/service_accounts`
  const account = await post(accounts, { name: 'bot' })
  await post(`${accounts}/${account.id}`, { role: 'owner' })
  await post(`${accounts}/${account.id}/api_keys`, { name: 'second', expires_in_seconds: 60 })
  expect((await call('GET', '/v1/models', { as: account.api_key.value })).status).toBe(200)
  await call('DELETE', `/v1/organization${accounts}/${account.id}`)
  await post(accounts, { name: 'idle', create_service_account_only: true })
  await post(`/projects/${created.id}/archive`)
  const key = await post('/admin_api_keys', { name: 'k' })
  await call('DELETE', `/v1/organization/admin_api_keys/${key.id}`)
}

test('what the API, seeds and the controls write is not taken for damage', async () => {
  const first = await start()
  for (const behavior of [{}, { audit_project: 'own', admin_key_events: 'both', auth: 'any' }]) {
    expect((await first.control('PATCH', '/behavior', behavior)).status).toBe(200)
    await writeEverything(first)
  }
  await first.control('PUT', '/clock', { now: '9999-12-31T23:59:00Z' })
  await writeEverything(first)
  await first.control('PUT', '/clock', { now: '1970-01-01T00:00:00Z', frozen: true })
  await writeEverything(first)
  // A seed may give details of any form.
  const audit_logs = [
    { type: 'api_key.created', details: { data: 'text' } },
    { type: 'role.created', details: { permissions: 'all', id: 7 } },
    {
      type: 'login.failed',
      details: { id: '\ud800' },
      actor: { type: 'session', session: { user: { email: '\udfff' } } },
    },
  ]
  expect((await first.control('POST', '/state', { audit_logs })).status).toBe(200)
  // Creates indexes.
  await first.call('GET', '/v1/organization/audit_logs?event_types[]=project.created&actor_ids[]=user-jane')
  expect((await first.control('PUT', '/snapshots/t')).status).toBe(200)
  const { body: state } = await first.control('GET', '/state')
  await first.app.close()
  const copy = createTemporaryFolder()
  cpSync(first.dataDirectory, copy, { recursive: true })
  const second = await startControlApp({ dataDirectory: copy })
  expect((await second.control('POST', '/snapshots/t/restore')).status).toBe(200)
  expect((await second.control('GET', '/state')).body).toEqual(state)
  expect((await second.control('POST', '/reset')).status).toBe(200)
})

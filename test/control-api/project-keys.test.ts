import { describe, expect, test } from 'vitest'
import { keysUrl } from '../support/app.ts'
import { startControlApp } from '../support/control-app.ts'
import { followStream } from '../support/journal-stream.ts'

const seed = `
clock: { now: 2026-01-01T00:00:00Z, frozen: true }
organization: { user: { id: user-boss, name: Boss, email: boss@example.com } }
projects:
  - id: proj_web
    name: Web shop
    service_accounts:
      - id: sa_ci
        name: pipeline
        api_keys:
          - { id: key_ci, value: sk-svcacct-ci, created_at: -9d, expires_at: +30d }
          - { id: key_soon, name: soon, created_at: -7d, expires_at: +1d }
          - { id: key_gone, name: gone, created_at: -6d, deleted: true }
    api_keys: [{ id: key_jane, name: Laptop, created_at: -8d, expires_at: -1d, owner: { id: user-jane, name: Jane, email: jane@example.com } }]
  - { id: proj_old, name: Old, archived_at: -1d, created_at: -90d, api_keys: [{ id: key_archived, created_at: -5d }] }
keys:
  - { id: key_admin_old, name: old, created_at: -10d }
  - { id: key_same_second, name: same second, created_at: -8d }
  - { id: key_ci, name: same id, created_at: -4d }
  - { id: key_admin_gone, name: gone, created_at: -3d, deleted: true }
`
type Listed = { id: string; type: string; state: string; name: string }

async function startKeys(text = seed) {
  const testApp = await startControlApp({ seed: text })
  const list = async (query = '') => (await testApp.control('GET', `/keys${query}`)).body
  const idsOf = async (query: string) => (await list(query)).data.map(({ type, id }: Listed) => `${type} ${id}`)
  return { ...testApp, list, idsOf }
}

const withoutAdminKey = (ids: string[]) => ids.slice(0, -1)

describe('the list of keys of both kinds', () => {
  test('it is in order of creation, admin keys first within a second, and has the counts of all', async () => {
    const { list, idsOf } = await startKeys()
    const ids = await idsOf('')
    expect(withoutAdminKey(ids)).toEqual([
      'admin key_admin_old',
      'project key_ci',
      'admin key_same_second',
      'project key_jane',
      'project key_soon',
      'admin key_ci',
    ])
    expect(await idsOf('?order=desc')).toEqual(ids.toReversed())
    const { count, counts } = await list()
    expect({ count, counts }).toEqual({ count: 7, counts: { active: 5, expiring: 1, expired: 1, deleted: 3 } })
  })

  test('a project key is shown as the API shows it, with its type, project and state', async () => {
    const { list, call } = await startKeys()
    const shown = (await call('GET', '/v1/organization/projects/proj_web/api_keys')).body.data
    const { data } = await list('?type=project')
    expect(data).toHaveLength(3)
    const states: Record<string, string> = { key_ci: 'active', key_jane: 'expired', key_soon: 'expiring' }
    const expected = shown.map((key: Listed) => ({
      ...key,
      type: 'project',
      project: { id: 'proj_web', name: 'Web shop' },
      state: states[key.id],
    }))
    expect(data).toEqual(expected)
  })

  test('type, project, state and filter select keys, and count and counts are those of what is selected', async () => {
    const { list, idsOf } = await startKeys()
    expect((await list('?type=admin')).counts).toEqual({ active: 4, expiring: 0, expired: 0, deleted: 1 })
    expect((await list('?type=project')).counts).toEqual({ active: 1, expiring: 1, expired: 1, deleted: 2 })
    expect((await list('?project_id=proj_web')).counts).toEqual({ active: 1, expiring: 1, expired: 1, deleted: 1 })
    expect(await list('?project_id=proj_none')).toMatchObject({ data: [], count: 0, next: null })
    expect(await list('?type=admin&project_id=proj_web')).toMatchObject({ data: [], count: 0 })
    expect(await idsOf('?state=deleted')).toEqual(['project key_gone', 'project key_archived', 'admin key_admin_gone'])
    expect(await idsOf('?state=deleted&order=desc&type=project')).toEqual(['project key_archived', 'project key_gone'])
    expect(await idsOf('?state=deleted&project_id=proj_old')).toEqual(['project key_archived'])
    expect(await idsOf('?state=expired')).toEqual(['project key_jane'])
    for (const [filter, ids] of [
      ['laptop', ['project key_jane']],
      ['user-jane', ['project key_jane']],
      ['JANE@example', ['project key_jane']],
      ['sa_ci', ['project key_ci', 'project key_soon']],
      ['PIPELINE', ['project key_ci', 'project key_soon']],
      ['web sh', ['project key_ci', 'project key_jane', 'project key_soon']],
      ['key_ci', ['project key_ci', 'admin key_ci']],
      ['proj_old', []],
    ] as const) {
      const { data, count } = await list(`?filter=${encodeURIComponent(filter)}`)
      expect(data.map(({ type, id }: Listed) => `${type} ${id}`)).toEqual(ids)
      expect(count).toBe(ids.length)
    }
  })

  test.each([
    ['', 'asc'],
    ['', 'desc'],
    ['&state=deleted', 'asc'],
    ['&state=deleted', 'desc'],
    ['&type=project', 'desc'],
    ['&project_id=proj_web', 'asc'],
    ['&filter=ci', 'asc'],
  ])('pages of one key of %j in order %s have every key once, also where kinds share an id', async (query, order) => {
    const { list, idsOf } = await startKeys()
    const expected = await idsOf(`?order=${order}${query}`)
    expect(expected.length).toBeGreaterThan(1)
    const ids: string[] = []
    for (let after: string | null = ''; after !== null; ) {
      const page: { data: Listed[]; next: string | null } = await list(
        `?order=${order}&limit=1${query}&after=${encodeURIComponent(after)}`,
      )
      ids.push(...page.data.map(({ type, id }) => `${type} ${id}`))
      after = page.next
    }
    expect(ids).toEqual(expected)
  })

  test('counts follow an expiry that changes, a project that is archived, and an account that is deleted', async () => {
    const { list, call } = await startKeys()
    const project = '/v1/organization/projects/proj_web'
    expect((await list('?type=project')).counts).toMatchObject({ active: 1, expiring: 1 })
    await call('POST', `${project}/api_keys/key_ci`, { body: { expires_in_seconds: 60 } })
    expect((await list('?type=project')).counts).toMatchObject({ active: 0, expiring: 2 })
    await call('DELETE', `${project}/service_accounts/sa_ci`)
    expect((await list('?type=project')).counts).toEqual({ active: 0, expiring: 0, expired: 1, deleted: 4 })
    await call('POST', `${project}/archive`)
    expect((await list('?type=project')).counts).toEqual({ active: 0, expiring: 0, expired: 0, deleted: 5 })
    expect((await list('?project_id=proj_web&state=deleted')).data).toHaveLength(4)
  })
})

describe('one project key', () => {
  test('an id that an admin key and a project key share selects the admin key, unless type is given', async () => {
    const { control, call } = await startKeys()
    expect((await control('GET', '/keys/key_ci')).body).toMatchObject({ type: 'admin', name: 'same id' })
    expect((await control('GET', '/keys/key_ci?type=project')).body).toMatchObject({
      object: 'organization.project.api_key',
      project: { id: 'proj_web', name: 'Web shop' },
      owner: { service_account: { id: 'sa_ci' } },
    })
    expect((await control('GET', '/keys/key_jane?type=admin')).status).toBe(404)
    expect((await control('DELETE', '/keys/key_ci?type=project')).body).toEqual({ deleted: ['key_ci'] })
    expect((await call('GET', '/v1/models', { as: 'sk-svcacct-ci' })).status).toBe(401)
    expect((await call('GET', `${keysUrl}/key_ci`)).status).toBe(200)
    expect((await control('GET', '/keys/key_ci?type=project')).body.state).toBe('deleted')
    expect((await control('DELETE', '/keys/key_ci?type=project')).status).toBe(404)
    expect((await control('DELETE', '/keys/key_archived')).status).toBe(404)
  })

  test('it can be deleted where the behavior rejects that for keys of accounts, with an audit event', async () => {
    const { control, call } = await startKeys(`behavior: { service_account_key_delete: reject }${seed}`)
    expect((await control('DELETE', '/keys/key_soon')).status).toBe(200)
    const { data } = (await call('GET', '/v1/organization/audit_logs')).body
    expect(data).toMatchObject([{ type: 'api_key.deleted', 'api_key.deleted': { id: 'key_soon' } }])
  })

  test('a key is created for a service account or, in a project, for the user of the organization', async () => {
    const { control, call } = await startKeys()
    const ofAccount = await control('POST', '/keys', { name: 'x', service_account_id: 'sa_ci', expires_in_seconds: 60 })
    expect([ofAccount.status, ofAccount.headers['cache-control']]).toEqual([201, 'no-store'])
    expect(ofAccount.body).toMatchObject({
      type: 'project',
      project: { id: 'proj_web' },
      state: 'expiring',
      name: 'x',
      value: expect.stringMatching(/^sk-svcacct-/),
    })
    expect(ofAccount.body.expires_at - ofAccount.body.created_at).toBe(60)
    const ofUser = (await control('POST', '/keys', { name: 'y', project_id: 'proj_web' })).body
    expect(ofUser).toMatchObject({
      value: expect.stringMatching(/^sk-proj-/),
      expires_at: null,
      owner: { type: 'user', user: { id: 'user-boss', name: 'Boss', email: 'boss@example.com', role: 'owner' } },
      owner_project_access: 'active',
    })
    for (const { id, value } of [ofAccount.body, ofUser]) {
      expect((await call('GET', '/v1/models', { as: value })).status).toBe(200)
      expect((await call('GET', `/v1/organization/projects/proj_web/api_keys/${id}`)).status).toBe(200)
      const events = (await call('GET', `/v1/organization/audit_logs?resource_ids[]=${id}`)).body.data
      expect(events).toMatchObject([{ type: 'api_key.created' }])
    }
    const both = { name: 'z', project_id: 'proj_web', service_account_id: 'sa_ci' }
    expect((await control('POST', '/keys', both)).status).toBe(201)
  })

  test.each([
    [{ project_id: 'proj_none' }, '/project_id', 'the id of a project that is not archived, got "proj_none"'],
    [{ project_id: 'proj_old' }, '/project_id', 'the id of a project that is not archived, got "proj_old"'],
    [{ service_account_id: 'sa_none' }, '/service_account_id', 'the id of a service account'],
    [{ project_id: 'proj_x', service_account_id: 'sa_ci' }, '/service_account_id', 'in project_id if that is given'],
    [{ project_id: 5 }, '/project_id', 'the id of the project in which the key is created'],
  ])('a new key with %j is refused at %s', async (fields, param, rule) => {
    const { control } = await startKeys(`${seed}\n`.replace('projects:', 'projects:\n  - { id: proj_x, name: X }'))
    const before = (await control('GET', '/state')).body
    const { status, body } = await control('POST', '/keys', { name: 'x', ...fields })
    expect([status, body.error.type, body.error.param]).toEqual([400, 'emulator_error', param])
    expect(body.error.message).toContain(rule)
    expect((await control('GET', '/state')).body).toEqual(before)
  })
})

test('the stream of the journal tells that keys, projects and the audit log have changed', async () => {
  const { listen, call, control } = await startKeys()
  const { dataOf } = await followStream(await listen())
  const projects = '/v1/organization/projects'
  const expected: object[] = []
  for (const [request, ...parts] of [
    [() => call('POST', projects, { body: { name: 'new' } }), 'keys', 'audit_logs', 'projects'],
    [
      () => call('POST', `${projects}/proj_web/service_accounts`, { body: { name: 'x' } }),
      'keys',
      'audit_logs',
      'projects',
    ],
    [() => call('DELETE', `${projects}/proj_web/api_keys/key_soon`), 'keys', 'audit_logs'],
    [() => control('POST', '/keys', { name: 'x', project_id: 'proj_web' }), 'keys', 'audit_logs'],
    [() => control('DELETE', '/keys/key_ci'), 'keys', 'audit_logs'],
  ] as const) {
    await request()
    expected.push(...parts.map((what) => ({ what })))
    // The use of the admin key by a request may be told apart from what the request changes.
    await expect.poll(() => dataOf('changed').length).toBeGreaterThanOrEqual(expected.length)
    expect(dataOf('changed')).toEqual(expected)
  }
})

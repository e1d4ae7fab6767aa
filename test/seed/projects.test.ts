import { expect, test } from 'vitest'
import { startApp } from '../support/app.ts'
import { startControlApp } from '../support/control-app.ts'

const projects = '/v1/organization/projects'

const seed = `
clock: { now: 2026-01-01T00:00:00Z, frozen: true }
models: [gpt-a, gpt-b]
projects:
  - id: proj_web
    name: Web
    created_at: -90d
    service_accounts:
      - id: sa_ci
        name: ci
        api_keys:
          - { id: key_ci, value: sk-svcacct-ci-0000000000, expires_at: +30d, scopes: [api.all.read] }
          - { id: key_old, name: old, deleted: true }
    api_keys:
      - { id: key_jane, name: jane, owner: { type: user, name: Jane, email: jane@example.com }, owner_project_access: inactive }
  - { id: proj_old, name: Old, archived_at: -1d }
audit_logs:
  - { id: audit_log-1, type: project.created, effective_at: -90d, project: proj_web, details: { id: proj_web } }
`

test('a seed can describe projects, accounts, keys, events and models', async () => {
  const { call } = await startControlApp({ seed })
  const { data } = (await call('GET', `${projects}?include_archived=true`)).body
  expect(data.map(({ name, status }: { name: string; status: string }) => [name, status])).toEqual([
    ['Default project', 'active'],
    ['Web', 'active'],
    ['Old', 'archived'],
  ])
  expect((await call('GET', `${projects}/proj_web/service_accounts/sa_ci`)).body).toMatchObject({
    name: 'ci',
    role: 'member',
  })
  expect((await call('GET', `${projects}/proj_web/api_keys/key_ci`)).body).toMatchObject({
    redacted_value: 'sk-svcac...000',
    expires_at: 1767225600 + 30 * 86_400,
    owner: { type: 'service_account', service_account: { id: 'sa_ci' } },
  })
  expect((await call('GET', `${projects}/proj_web/api_keys/key_old`)).status).toBe(404)
  expect((await call('GET', `${projects}/proj_web/api_keys?owner_project_access=inactive`)).body.data).toMatchObject([
    { id: 'key_jane', owner: { type: 'user', user: { email: 'jane@example.com', role: 'member' } } },
  ])
  const models = await call('GET', '/v1/models', { as: 'sk-svcacct-ci-0000000000' })
  expect(models.body.data.map(({ id }: { id: string }) => id)).toEqual(['gpt-a', 'gpt-b'])
  expect((await call('GET', '/v1/organization/audit_logs?resource_ids[]=proj_web')).body.data).toMatchObject([
    { id: 'audit_log-1', effective_at: 1767225600 - 90 * 86_400, project: { id: 'proj_web', name: 'Web' } },
  ])
})

test('an exported state recreates projects, accounts, keys and events, and contains no value', async () => {
  const { call, control } = await startControlApp({ seed })
  const account = (await call('POST', `${projects}/proj_web/service_accounts`, { body: { name: 'new' } })).body
  const exported = await control('GET', '/state')
  expect(exported.text).not.toContain(account.api_key.value)
  expect(exported.text).not.toContain('sk-svcacct-ci-0000000000')
  const loaded = await control('PUT', '/state', exported.body, 'copy')
  expect(loaded.status).toBe(200)
  expect((await control('GET', '/state', undefined, 'copy')).body).toEqual(exported.body)
  const models = await call('GET', '/sandbox/copy/v1/models', { as: account.api_key.value })
  expect(models.status).toBe(200)
})

test('an exported event keeps the name that its project had then', async () => {
  const frozen = 'clock: { now: 2026-01-01T00:00:00Z, frozen: true }'
  const { call, control } = await startControlApp({ seed: `behavior: { audit_project: own }\n${frozen}` })
  const { id } = (await call('POST', projects, { body: { name: 'Web' } })).body
  await call('POST', `${projects}/${id}`, { body: { name: 'Shop' } })
  const exported = (await control('GET', '/state')).body
  expect(exported.audit_logs).toMatchObject([{ project: id, project_name: 'Web' }, { project: id }])
  expect(exported.audit_logs[1]).not.toHaveProperty('project_name')
  await control('PUT', '/state', exported, 'copy')
  const url = '/v1/organization/audit_logs'
  expect((await call('GET', `/sandbox/copy${url}`)).body).toEqual((await call('GET', url)).body)
  expect((await control('GET', '/state', undefined, 'copy')).body).toEqual(exported)
})

test('a seed with an empty list of models has none, also after an export', async () => {
  const keys = '[{ name: ci, api_keys: [{ value: sk-svcacct-ci-0000000000 }] }]'
  const { call, control } = await startControlApp({
    seed: `models: []\nprojects: [{ name: Web, service_accounts: ${keys} }]`,
  })
  await control('PUT', '/state', (await control('GET', '/state')).body, 'copy')
  for (const sandbox of ['', '/sandbox/copy']) {
    const models = await call('GET', `${sandbox}/v1/models`, { as: 'sk-svcacct-ci-0000000000' })
    expect(models.body).toEqual({ object: 'list', data: [] })
  }
})

test('generated projects, accounts, keys and events are numbered', async () => {
  const { call } = await startControlApp({
    seed: `projects:
      - { id: 'proj_{n}', name: 'Project {n}', generate: 3 }
      - { id: proj_big, name: Big, service_accounts: [{ id: 'sa_{n}', name: 'a{n}', generate: 2, api_keys: [{ name: 'k{n}', generate: 2 }] }] }
audit_logs: [{ type: login.succeeded, generate: 5 }]`,
  })
  expect((await call('GET', `${projects}/proj_3`)).body.name).toBe('Project 3')
  expect((await call('GET', `${projects}/proj_big/service_accounts`)).body.data).toHaveLength(2)
  expect((await call('GET', `${projects}/proj_big/api_keys`)).body.data).toHaveLength(4)
  expect((await call('GET', '/v1/organization/audit_logs')).body.data).toHaveLength(5)
})

test('the default project can be described', async () => {
  const { call } = await startControlApp({ seed: 'projects: [{ id: proj_main, name: Main, default: true }]' })
  expect((await call('GET', projects)).body.data).toMatchObject([{ id: 'proj_main', name: 'Main' }])
})

test.each([
  ['projects: [{ id: p, name: a }, { id: p, name: b }]', 'duplicate id `p`'],
  ['projects: [{ name: a, default: true }, { name: b, default: true }]', 'given for one project only'],
  ['projects: [{ name: a, archived_at: -1d, created_at: +1d }]', 'must not be in the future'],
  ['projects: [{ name: a, archived_at: +1d }]', '/projects/0/archived_at must not be in the future, got "+1d"'],
  ['models: [gpt-a, gpt-b, gpt-a]', '/models/2 must be the id of a model that is not listed before, got "gpt-a"'],
  ['projects: [{ name: a, archived_at: "2026-02-30" }]', '/projects/0/archived_at must be a valid time from 1970'],
  ['projects: [{ name: a, archived_at: -9999999999d }]', '/projects/0/archived_at must be a valid time from 1970'],
  ['projects: [{ name: a, api_keys: [{ owner: { created_at: "2026-02-30" } }] }]', 'owner/created_at must be a valid'],
  ['projects: [{ name: a, api_keys: [{ owner: { created_at: +1d } }] }]', 'owner/created_at must not be in the future'],
  ['projects: [{ id: p, name: a, generate: 2 }]', 'an id that contains {n}'],
  ['projects: [{ name: a, residency: MOON }]', 'one of GLOBAL'],
  ['projects: [{ name: a, service_account: [] }]', 'service_accounts'],
  ['audit_logs: [{ type: project.created, project: proj_none }]', 'the id of a project in the seed'],
  [
    'audit_logs: [{ type: login.failed, project: null, project_name: Web }]',
    'absent: the event has no project, got "Web"',
  ],
  [
    'audit_logs: [{ type: login.failed, actor: { type: api_key, api_key: { usr: {} } } }]',
    'actor must be who acted, as',
  ],
  ['audit_logs: [{ type: nothing.happened }]', 'one of api_key.created'],
  ['projects: [{ name: a, service_accounts: [{ name: b, api_keys: [{ value: sk-a-1, value_sha256: x }] }] }]', 'value'],
])('%s is rejected with the rule', async (text, message) => {
  const { control } = await startControlApp()
  const { status, body } = await control('PUT', '/state', (await import('yaml')).parse(text))
  expect(status).toBe(400)
  expect(body.error.message).toContain(message)
})

test('keys of several owners that were created in one second keep their order when they are exported and imported', async () => {
  const { call } = await startApp({
    seed: `
clock: { now: 2026-01-01T00:00:00Z, frozen: true }
projects:
  - id: proj_a
    name: a
    service_accounts: [{ id: sa_a, name: a }, { id: sa_b, name: b }]
    api_keys: [{ id: key_user }]`,
  })
  const project = '/v1/organization/projects/proj_a'
  for (const account of ['sa_b', 'sa_a', 'sa_b', 'sa_a'])
    await call('POST', `${project}/service_accounts/${account}/api_keys`, { body: { name: account } })
  const list = async () => (await call('GET', `${project}/api_keys`)).body
  const listed = await list()
  const state = (await call('GET', '/_emulator/state')).body
  expect((await call('PUT', '/_emulator/state', { body: state })).status).toBe(200)
  expect((await list()).data.map(({ id }: { id: string }) => id)).toEqual(
    listed.data.map(({ id }: { id: string }) => id),
  )
  expect((await call('GET', '/_emulator/state')).body).toEqual(state)
})

test('a state can be imported whose key got an expiry before its creation, because the clock was set back', async () => {
  const { call } = await startApp({
    seed: `
clock: { now: 2026-01-01T00:00:00Z, frozen: true }
projects: [{ id: proj_a, name: a, service_accounts: [{ id: sa_a, name: a, api_keys: [{ id: key_a }] }] }]`,
  })
  await call('PUT', '/_emulator/clock', { body: { advance: '-1h' } })
  const key = '/v1/organization/projects/proj_a/api_keys/key_a'
  const updated = await call('POST', key, { body: { expires_in_seconds: 60 } })
  expect(updated.body.expires_at).toBeLessThan(updated.body.created_at)
  await call('POST', '/v1/organization/projects/proj_a/archive')
  const state = (await call('GET', '/_emulator/state')).body
  expect(await call('PUT', '/_emulator/state', { body: state })).toMatchObject({ status: 200 })
  expect((await call('GET', '/_emulator/state')).body).toEqual(state)
})

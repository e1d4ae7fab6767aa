import { hash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { adminKey, keysUrl } from '../support/app.ts'
import { startControlApp } from '../support/control-app.ts'
import { followStream } from '../support/journal-stream.ts'

const projects = '/v1/organization/projects'
const sha256 = (value: string) => hash('sha256', value)

const seed = `
clock: { now: 2026-01-01T00:00:00Z, frozen: true }
models: [gpt-a]
projects:
  - id: proj_web
    name: Web
    service_accounts: [{ id: sa_ci, name: ci, api_keys: [{ id: key_ci, value: sk-svcacct-ci }] }]
audit_logs: [{ id: audit_log-1, type: project.created }]
keys: [{ id: key_there, name: there, value: sk-admin-there }]
`

const addition = {
  projects: [
    {
      id: 'proj_new',
      name: 'New',
      created_at: '-1d',
      service_accounts: [{ id: 'sa_new', name: 'bot', api_keys: [{ id: 'key_bot', value: 'sk-svcacct-bot' }] }],
      api_keys: [{ id: 'key_jane', owner: { name: 'Jane', email: 'jane@example.com' } }],
    },
    { name: 'load {n}', generate: 2 },
  ],
  audit_logs: [
    { id: 'audit_log-2', type: 'project.created', project: 'proj_new', details: { id: 'proj_new' } },
    { id: 'audit_log-3', type: 'project.updated', project: 'proj_web' },
  ],
  models: ['gpt-b'],
  keys: [{ id: 'key_added', name: 'added', value: 'sk-admin-added' }],
}

const startSandbox = () => startControlApp({ seed })

describe('POST /state', () => {
  test('adds projects with all that is in them, events, models and keys to what the sandbox has', async () => {
    const { control, call, listen } = await startSandbox()
    const { dataOf } = await followStream(await listen())
    expect((await control('POST', '/state', addition)).body).toEqual({ keys: 3 })
    const listed = (await call('GET', projects)).body.data
    expect(listed.map(({ name }: { name: string }) => name).sort()).toEqual([
      'Default project',
      'New',
      'Web',
      'load 1',
      'load 2',
    ])
    expect(listed.find(({ id }: { id: string }) => id === 'proj_new').created_at).toBe(1767225600 - 86_400)
    const models = await call('GET', '/v1/models', { as: 'sk-svcacct-bot' })
    expect(models.body.data.map(({ id }: { id: string }) => id)).toEqual(['gpt-a', 'gpt-b'])
    expect((await call('GET', `${projects}/proj_new/api_keys/key_jane`)).body.owner.user.email).toBe('jane@example.com')
    expect((await call('GET', '/v1/organization/audit_logs?project_ids[]=proj_web')).body.data).toMatchObject([
      { id: 'audit_log-3', project: { id: 'proj_web', name: 'Web' } },
    ])
    expect((await call('GET', `${keysUrl}/key_added`, { as: 'sk-admin-added' })).status).toBe(200)
    await expect
      .poll(() => dataOf('changed'))
      .toEqual(expect.arrayContaining([{ what: 'keys' }, { what: 'projects' }, { what: 'audit_logs' }]))
  })

  test('adds models to the default ones', async () => {
    const { control, call } = await startControlApp()
    await control('POST', '/state', {
      models: ['gpt-x'],
      projects: [{ name: 'p', api_keys: [{ value: 'sk-proj-p' }] }],
    })
    const { data } = (await call('GET', '/v1/models', { as: 'sk-proj-p' })).body
    expect(data.map(({ id }: { id: string }) => id)).toEqual(['gpt-5', 'gpt-5-mini', 'text-embedding-3-small', 'gpt-x'])
  })

  test('what it adds is exported and survives a snapshot; a reset takes it back', async () => {
    const { control } = await startSandbox()
    const before = (await control('GET', '/state')).body
    await control('POST', '/state', addition)
    const added = (await control('GET', '/state')).body
    expect(added.projects).toHaveLength(before.projects.length + 3)
    await control('PUT', '/snapshots/s')
    await control('POST', '/reset')
    expect((await control('GET', '/state')).body).toEqual(before)
    await control('POST', '/snapshots/s/restore')
    expect((await control('GET', '/state')).body).toEqual(added)
  })

  const key = (fields: object) => [{ name: 'p', service_accounts: [{ name: 'a', api_keys: [fields] }] }]
  test.each([
    [
      { projects: [{ id: 'proj_web', name: 'x' }] },
      '/projects/0/id',
      'duplicate id `proj_web`, already used in the sandbox',
    ],
    [{ projects: [{ name: 'x' }, { name: 'y', default: true }] }, '/projects/1/default', 'the sandbox has a default'],
    [
      { projects: [{ name: 'x', service_accounts: [{ id: 'sa_ci', name: 'x' }] }] },
      '/projects/0/service_accounts/0/id',
      'already used in the sandbox',
    ],
    [{ projects: key({ id: 'key_ci' }) }, '/projects/0/service_accounts/0/api_keys/0/id', 'a deleted key keeps its id'],
    [
      { projects: key({ value: 'sk-svcacct-ci' }) },
      '/projects/0/service_accounts/0/api_keys/0/value',
      'duplicate value, already used in the sandbox (a deleted key keeps its id and value)',
    ],
    [
      { projects: key({ value: 'sk-admin-there' }) },
      '/projects/0/service_accounts/0/api_keys/0/value',
      'duplicate value, already used in the sandbox',
    ],
    [
      { projects: key({ value_sha256: sha256(adminKey) }) },
      '/projects/0/service_accounts/0/api_keys/0/value_sha256',
      'already used in the sandbox',
    ],
    [
      { keys: [{ name: 'x', value: 'sk-svcacct-ci' }] },
      '/keys/0/value',
      'duplicate value, already used in the sandbox',
    ],
    [
      { keys: [{ name: 'x', value: 'sk-both' }], projects: key({ value: 'sk-both' }), audit_logs: [] },
      '/keys/0/value',
      'duplicate value, first used at /projects/0/service_accounts/0/api_keys/0/value',
    ],
    [{ audit_logs: [{ id: 'audit_log-1', type: 'login.failed' }] }, '/audit_logs/0/id', 'already used in the sandbox'],
    [
      { audit_logs: [{ type: 'login.failed', project: 'proj_none' }] },
      '/audit_logs/0/project',
      'must be the id of a project in the seed or the sandbox, got "proj_none"',
    ],
    [{ models: ['gpt-c', 'gpt-a'] }, '/models/1', 'a model that neither the seed nor the sandbox has yet, got "gpt-a"'],
    [{ models: ['gpt-c', 'gpt-c'] }, '/models/1', 'a model that neither the seed nor the sandbox has yet'],
    [{ models: Array.from({ length: 1000 }, (_, n) => `m${n}`) }, '/models', 'at most 1000 models'],
    [
      { organization: { name: 'x' }, keys: [{ name: 'x' }] },
      '/organization',
      'only projects, audit events, models and',
    ],
    [{ projects: [{ name: 'x', residency: 'MOON' }] }, '/projects/0/residency', 'one of GLOBAL'],
  ])('%j is refused at %s, and nothing is added', async (body, param, rule) => {
    const { control } = await startSandbox()
    const before = (await control('GET', '/state')).body
    const { status, body: response } = await control('POST', '/state', { ...addition, ...body })
    expect([status, response.error.param]).toEqual([400, param])
    expect(response.error.message).toContain(rule)
    expect(response.error.message).not.toContain('sk-')
    expect((await control('GET', '/state')).body).toEqual(before)
  })

  test('an id may be that of a key of the other kind', async () => {
    const { control } = await startSandbox()
    expect((await control('POST', '/state', { projects: key({ id: 'key_there' }) })).status).toBe(200)
    expect((await control('POST', '/state', { keys: [{ id: 'key_ci', name: 'x' }] })).status).toBe(200)
  })

  test.each([
    [
      '/projects',
      {
        projects: [
          { name: 'x', generate: 600_000 },
          { name: 'y', generate: 400_001 },
        ],
      },
    ],
    ['/projects', { projects: [{ name: 'x'.repeat(1000), generate: 100_000 }] }],
    ['/projects', { projects: [{ name: 'x', generate: 1000, api_keys: [{ generate: 1000, name: 'y'.repeat(100) }] }] }],
    ['/audit_logs', { audit_logs: [{ type: 'login.failed', generate: 1000, details: { text: 'x'.repeat(70_000) } }] }],
    [
      '/audit_logs',
      { keys: [{ name: 'x', generate: 400_000 }], audit_logs: [{ type: 'login.failed', generate: 600_001 }] },
    ],
  ])('too many or too long objects in %s are refused before they are generated', async (section, body) => {
    const { control } = await startSandbox()
    for (const method of ['PUT', 'POST']) {
      const { status, body: response } = await control(method, '/state', body)
      expect([status, response.error.code, response.error.param]).toEqual([413, 'state_too_large', section])
    }
  })
})

describe('a value that an admin key and a project key have', () => {
  const both = {
    projects: [{ name: 'p', api_keys: [{ value_sha256: sha256('sk-both') }] }],
    keys: [{ name: 'a' }, { name: 'x', value: 'sk-both' }],
  }

  test('is a mistake of a state, which names both', async () => {
    const { control } = await startControlApp()
    const { status, body } = await control('PUT', '/state', both)
    expect([status, body.error.param]).toEqual([400, '/keys/1/value'])
    expect(body.error.message).toBe('/keys/1/value: duplicate value, first used at /projects/0/api_keys/0/value_sha256')
  })

  test('is a mistake if it is the value of the admin key, which an admin key may describe', async () => {
    const { control } = await startControlApp()
    const ofProject = { projects: [{ name: 'p', api_keys: [{ value: adminKey }] }] }
    const { status, body } = await control('PUT', '/state', ofProject)
    expect([status, body.error.message]).toEqual([
      400,
      '/projects/0/api_keys/0/value: duplicate value, the value of the admin key (--admin-key)',
    ])
    expect((await control('PUT', '/state', { keys: [{ name: 'mine', value: adminKey }] })).status).toBe(200)
    const other = await startControlApp({ adminKey: undefined })
    expect((await other.control('PUT', '/state', ofProject)).status).toBe(200)
  })
})

test('generated ids and values avoid those that the seed lists further down', async () => {
  const options = { randomSeed: 1 }
  const first = await startControlApp(options)
  const generated = {
    projects: [{ name: 'a', service_accounts: [{ name: 'b', api_keys: [{}] }], api_keys: [{}] }],
    audit_logs: [{ type: 'login.failed' }],
  }
  await first.control('PUT', '/state', generated)
  const { projects: listed, audit_logs } = (await first.control('GET', '/state')).body
  // The other emulator generates the same ids and values again.
  const second = await startControlApp(options)
  const mixed = {
    projects: [generated.projects[0], ...listed.slice(1)],
    audit_logs: [...generated.audit_logs, ...audit_logs],
  }
  for (const event of mixed.audit_logs) event.project = null
  expect((await second.control('PUT', '/state', mixed)).status).toBe(200)
})

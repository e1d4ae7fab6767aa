import { expect, test } from 'vitest'
import { adminKey, keysUrl, startApp, type TestApp, type TestOptions } from '../support/app.ts'

const url = '/v1/organization/audit_logs'
const projects = '/v1/organization/projects'

interface Event {
  id: string
  type: string
  effective_at: number
  project: { id: string; name: string }
  actor: { api_key: { id: string; user: { id: string; email: string } } }
  [details: string]: unknown
}

async function startWithEvents(options: TestOptions = {}) {
  const app = await startApp(options)
  const { call } = app
  const events = async (query = ''): Promise<Event[]> => {
    const { status, body } = await call('GET', `${url}?${query}`)
    expect(status, JSON.stringify(body)).toBe(200)
    return body.data
  }
  return { ...app, events, types: async (query = '') => (await events(query)).map(({ type }) => type) }
}

/** Makes one write of each kind and returns the ids. */
async function writeEverything({ call, create }: Pick<TestApp, 'call' | 'create'>) {
  const key = await create()
  await call('DELETE', `${keysUrl}/${key.id}`)
  const project = (await call('POST', projects, { body: { name: 'Web' } })).body
  const path = `${projects}/${project.id}`
  await call('POST', path, { body: { name: 'Shop' } })
  const account = (await call('POST', `${path}/service_accounts`, { body: { name: 'ci' } })).body
  await call('POST', `${path}/service_accounts/${account.id}`, { body: { role: 'owner' } })
  const second = (await call('POST', `${path}/service_accounts/${account.id}/api_keys`)).body
  await call('POST', `${path}/api_keys/${second.id}`, { body: { scopes: ['api.all.read'], expires_in_seconds: 60 } })
  await call('DELETE', `${path}/api_keys/${second.id}`)
  await call('DELETE', `${path}/service_accounts/${account.id}`)
  await call('POST', `${path}/archive`)
  return { key, project, account, second }
}

test('each write appends one event, newest first, with the details under its type', async () => {
  const app = await startWithEvents()
  const { key, project, account, second } = await writeEverything(app)
  const events = (await app.events()).reverse()
  expect(events.map((event) => [event.type, event[event.type]])).toEqual([
    ['api_key.created', { id: key.id, data: { scopes: [] } }],
    ['api_key.deleted', { id: key.id }],
    ['project.created', { id: project.id, data: { name: 'Web', title: 'Web' } }],
    ['project.updated', { id: project.id, changes_requested: { title: 'Shop' } }],
    ['service_account.created', { id: account.id, data: { role: 'member' } }],
    ['service_account.updated', { id: account.id, changes_requested: { role: 'owner' } }],
    ['api_key.created', { id: second.id, data: { scopes: [] } }],
    ['api_key.updated', { id: second.id, changes_requested: { scopes: ['api.all.read'], expires_in_seconds: 60 } }],
    ['api_key.deleted', { id: second.id }],
    ['service_account.deleted', { id: account.id }],
    ['project.archived', { id: project.id }],
  ])
})

test('an event names the default project, and the key that acted with its user', async () => {
  const { call, events } = await startWithEvents({ seed: 'organization: { user: { email: jane@example.com } }' })
  await call('POST', projects, { body: { name: 'Web' } })
  const [event] = await events()
  const [defaultProject] = (await call('GET', projects)).body.data
  const [caller] = (await call('GET', keysUrl)).body.data
  expect(Object.keys(event ?? {})).toEqual(['id', 'type', 'effective_at', 'project', 'actor', 'project.created'])
  expect(event).toMatchObject({
    id: expect.stringMatching(/^audit_log-[A-Za-z0-9]{24}$/),
    project: { id: defaultProject.id, name: 'Default project' },
    actor: {
      type: 'api_key',
      api_key: { id: caller.id, type: 'user', user: { id: caller.owner.id, email: 'jane@example.com' } },
    },
  })
})

test('with audit_project: own an event names the project that was written to', async () => {
  const { call, events } = await startWithEvents({ seed: 'behavior: { audit_project: own }' })
  const project = (await call('POST', projects, { body: { name: 'Web' } })).body
  await call('POST', `${projects}/${project.id}`, { body: { name: 'Shop' } })
  const named = (await events()).map((event) => event.project)
  expect(named).toEqual([
    { id: project.id, name: 'Shop' },
    { id: project.id, name: 'Web' },
  ])
  expect(await events(`project_ids[]=${project.id}`)).toHaveLength(2)
})

test.each([
  ['api_key', ['api_key.created']],
  ['tenant', ['tenant.admin_api_key.created']],
  ['both', ['tenant.admin_api_key.created', 'api_key.created']],
])('with admin_key_events: %s a new admin key has the events %j', async (value, expected) => {
  const { create, types } = await startWithEvents({ seed: `behavior: { admin_key_events: ${value} }` })
  await create()
  expect(await types()).toEqual(expected)
  expect(await types('tenant_only=true')).toEqual(expected.filter((type) => type.startsWith('tenant.')))
})

test('reads and failures append no event', async () => {
  const { call, events } = await startWithEvents()
  await call('GET', projects)
  await call('POST', projects, { body: {} })
  await call('DELETE', `${keysUrl}/key_none`)
  await call('POST', projects, { as: 'sk-admin-wrong-0000000000', body: { name: 'a' } })
  expect(await events()).toEqual([])
})

test('under state: discarded events are rolled back with the write', async () => {
  const { call, events } = await startWithEvents({ seed: 'behavior: { state: discarded }' })
  expect((await call('POST', projects, { body: { name: 'Web' } })).status).toBe(200)
  expect(await events()).toEqual([])
})

test('pages follow each other, towards older events with after and towards newer ones with before', async () => {
  const { create, call } = await startWithEvents()
  for (let n = 0; n < 7; n++) await create()
  const page = async (query: string) => (await call('GET', `${url}?limit=3${query}`)).body
  const first = await page('')
  const second = await page(`&after=${first.last_id}`)
  const third = await page(`&after=${second.last_id}`)
  expect([first.has_more, second.has_more, third.has_more]).toEqual([true, true, false])
  expect(third.data).toHaveLength(1)
  const before = await page(`&before=${third.data[0].id}`)
  expect(before.data).toEqual(second.data)
  expect(before.has_more).toBe(true)
  const between = await page(`&before=${third.data[0].id}&after=${first.data[1].id}`)
  expect(between.data).toEqual([first.data[2], ...second.data.slice(0, 2)])
})

test('events are filtered by type, actor, email, resource, project and time, in every form of a list', async () => {
  const app = await startWithEvents()
  const { key, project, account } = await writeEverything(app)
  const { types, events } = app
  expect(await types('event_types[]=project.created&event_types[]=project.archived')).toEqual([
    'project.archived',
    'project.created',
  ])
  for (const form of ['event_types', 'event_types[]', 'event_types[0]']) {
    expect(await types(`${form}=project.created`)).toEqual(['project.created'])
  }
  expect(await types(`resource_ids[]=${key.id}`)).toEqual(['api_key.deleted', 'api_key.created'])
  expect(await types(`resource_ids[]=${account.id}&event_types[]=service_account.updated`)).toEqual([
    'service_account.updated',
  ])
  const [newest] = await events()
  const total = (await events()).length
  expect(await events('actor_emails[]=admin@example.com')).toHaveLength(total)
  expect(await events(`actor_ids[]=${newest?.actor.api_key.id}`)).toHaveLength(total)
  expect(await events(`actor_ids[]=${newest?.actor.api_key.user.id}&actor_ids[]=nobody`)).toHaveLength(total)
  expect(await events('actor_ids[]=nobody')).toEqual([])
  expect(await events(`project_ids[]=${newest?.project.id}`)).toHaveLength(total)
  expect(await events(`project_ids[]=${project.id}`)).toEqual([])
  const at = newest?.effective_at ?? 0
  expect(await events(`effective_at[gt]=${at}`)).toEqual([])
  expect(await events(`effective_at[gte]=${at - 60}&effective_at[lte]=${at}`)).toHaveLength(total)
  expect(await events(`effective_at[lt]=${at - 60}`)).toEqual([])
  expect(await events('effective_at[gte]=-99999999999999999999')).toHaveLength(total)
})

test.each([
  ['event_types[]=nothing.happened', 'event_types'],
  ['after=audit_log-none', 'after'],
  ['before=audit_log-none', 'before'],
  ['limit=many', 'limit'],
  ['tenant_only=yes', 'tenant_only'],
  ['effective_at[gt]=now', 'effective_at[gt]'],
])('%s is rejected', async (query, param) => {
  const { call } = await startApp()
  const { status, body } = await call('GET', `${url}?${query}`)
  expect([status, body.error.param]).toEqual([400, param])
})

test('the actor without a key is the user of the organization', async () => {
  const { call, events } = await startWithEvents({ seed: 'behavior: { auth: any }' })
  await call('POST', projects, { as: 'anything', body: { name: 'Web' } })
  const [event] = await events()
  expect(event?.actor).toMatchObject({
    type: 'api_key',
    api_key: { type: 'user', user: { email: 'admin@example.com' } },
  })
})

test('events, projects and project keys survive a snapshot and go with a reset', async () => {
  const { call, events } = await startWithEvents()
  const project = (await call('POST', projects, { body: { name: 'Web' } })).body
  const account = (await call('POST', `${projects}/${project.id}/service_accounts`, { body: { name: 'ci' } })).body
  await call('PUT', '/_emulator/snapshots/before')
  await call('DELETE', `${projects}/${project.id}/service_accounts/${account.id}`)
  await call('POST', '/_emulator/snapshots/before/restore')
  expect((await call('GET', '/v1/models', { as: account.api_key.value })).status).toBe(200)
  expect(await events()).toHaveLength(2)
  await call('POST', '/_emulator/reset')
  expect(await events()).toEqual([])
  expect((await call('GET', projects, { as: adminKey })).body.data).toHaveLength(1)
})

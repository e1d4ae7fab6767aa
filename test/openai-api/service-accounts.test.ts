import { expect, test } from 'vitest'
import { keysUrl as adminKeysUrl, startApp, type TestOptions } from '../support/app.ts'

const projects = '/v1/organization/projects'

async function startWithAccount(options: TestOptions = {}, body: object = { name: 'ci' }) {
  const app = await startApp(options)
  const { call } = app
  const project = (await call('POST', projects, { body: { name: 'Web' } })).body
  const url = `${projects}/${project.id}/service_accounts`
  const account = (await call('POST', url, { body })).body
  const keysUrl = `${projects}/${project.id}/api_keys`
  return { ...app, project, url, account, keysUrl, listModels: (as: string) => call('GET', '/v1/models', { as }) }
}

test('create returns an account with its first key, whose value authenticates GET /models', async () => {
  const { account, listModels } = await startWithAccount()
  expect(account).toMatchObject({ object: 'organization.project.service_account', name: 'ci', role: 'member' })
  expect(account.id).toMatch(/^user-[A-Za-z0-9]{24}$/)
  expect(account.api_key).toMatchObject({
    object: 'organization.project.service_account.api_key',
    name: 'Secret Key',
    expires_at: null,
  })
  expect(account.api_key.value).toMatch(/^sk-svcacct-[A-Za-z0-9_-]{124}$/)
  const models = await listModels(account.api_key.value)
  expect(models.body.data).toHaveLength(3)
  expect(models.body).toMatchObject({ object: 'list', data: [{ object: 'model', owned_by: 'openai' }, {}, {}] })
})

test('with create_service_account_only the account has no role and no key', async () => {
  const { call, account, url } = await startWithAccount({}, { name: 'ci', create_service_account_only: true })
  expect(account).toMatchObject({ role: 'none', api_key: null })
  const body = { name: 'ci', create_service_account_only: true, expires_in_seconds: 60 }
  expect((await call('POST', url, { body })).body.error).toMatchObject({ param: 'expires_in_seconds' })
  expect((await call('POST', url, { body: { ...body, expires_in_seconds: null } })).status).toBe(200)
})

test('a key is rotated: create another, verify it, delete the old one', async () => {
  const { call, account, url, keysUrl, listModels } = await startWithAccount()
  const created = await call('POST', `${url}/${account.id}/api_keys`, {
    body: { name: 'new', scopes: ['api.all.read'] },
  })
  expect(Object.keys(created.body)).toEqual(['object', 'value', 'name', 'created_at', 'id', 'expires_at'])
  expect((await listModels(created.body.value)).status).toBe(200)
  const deleted = await call('DELETE', `${keysUrl}/${account.api_key.id}`)
  expect(deleted.body).toEqual({
    object: 'organization.project.api_key.deleted',
    id: account.api_key.id,
    deleted: true,
  })
  const old = await listModels(account.api_key.value)
  expect([old.status, old.body.error.code]).toEqual([401, 'invalid_api_key'])
  const listed = (await call('GET', keysUrl)).body
  expect(listed.data).toMatchObject([{ id: created.body.id, name: 'new', owner_project_access: 'active' }])
  expect(listed.data[0].last_used_at).not.toBeNull()
  expect(JSON.stringify(listed)).not.toContain(created.body.value)
})

test('a project key has the fields in the order of the API, and its owner', async () => {
  const { call, account, keysUrl } = await startWithAccount()
  const { body } = await call('GET', `${keysUrl}/${account.api_key.id}`)
  expect(Object.keys(body)).toEqual([
    'object',
    'redacted_value',
    'name',
    'created_at',
    'last_used_at',
    'id',
    'expires_at',
    'owner_project_access',
    'owner',
  ])
  const { id, name, created_at, role } = account
  expect(body.owner).toEqual({ type: 'service_account', service_account: { id, name, created_at, role } })
  const { value } = account.api_key
  expect(body.redacted_value).toBe(`${value.slice(0, 8)}...${value.slice(-3)}`)
  await call('PATCH', '/_emulator/behavior', { body: { redaction: 'masked' } })
  const masked = (await call('GET', `${keysUrl}/${account.api_key.id}`)).body.redacted_value
  expect(masked).toBe(`${value.slice(0, 8)}${'*'.repeat(value.length - 12)}${value.slice(-4)}`)
})

test('accounts are listed, changed and deleted; deleting one deletes its keys', async () => {
  const { call, account, url, keysUrl, listModels } = await startWithAccount()
  const changed = await call('POST', `${url}/${account.id}`, { body: { name: 'deploy', role: 'owner' } })
  expect(changed.body).toMatchObject({ id: account.id, name: 'deploy', role: 'owner' })
  expect((await call('GET', `${url}/${account.id}`)).body).toEqual(changed.body)
  expect((await call('GET', url)).body.data).toEqual([changed.body])
  expect((await call('DELETE', `${url}/${account.id}`)).body).toEqual({
    object: 'organization.project.service_account.deleted',
    id: account.id,
    deleted: true,
  })
  expect((await call('GET', `${url}/${account.id}`)).status).toBe(404)
  expect((await call('GET', url)).body.data).toEqual([])
  expect((await call('GET', keysUrl)).body.data).toEqual([])
  expect((await listModels(account.api_key.value)).status).toBe(401)
})

test('giving an account without a role the role member makes its keys active', async () => {
  const only = { name: 'ci', create_service_account_only: true }
  const { call, account, url, keysUrl } = await startWithAccount({}, only)
  await call('POST', `${url}/${account.id}/api_keys`)
  const count = async (access: string) =>
    (await call('GET', `${keysUrl}?owner_project_access=${access}`)).body.data.length
  expect([await count('active'), await count('inactive'), await count('any')]).toEqual([0, 1, 1])
  await call('POST', `${url}/${account.id}`, { body: { role: 'member' } })
  expect([await count('active'), await count('inactive')]).toEqual([1, 0])
  expect((await call('GET', `${keysUrl}?owner_project_access=some`)).status).toBe(400)
})

test('archiving a project deletes its accounts and keys', async () => {
  const { call, account, url, project, keysUrl, listModels } = await startWithAccount()
  await call('POST', `${projects}/${project.id}/archive`)
  expect((await listModels(account.api_key.value)).status).toBe(401)
  for (const [method, path] of [['GET', url] as const, ['POST', url] as const]) {
    const { status, body } = await call(method, path, method === 'POST' ? { body: { name: 'b' } } : {})
    expect([status, body.error.code]).toEqual([400, 'project_archived'])
  }
  expect((await call('GET', `${url}/${account.id}`)).status).toBe(404)
  expect((await call('GET', keysUrl)).body.data).toEqual([])
  expect((await call('GET', `${keysUrl}/${account.api_key.id}`)).status).toBe(404)
})

test('accounts and keys of another project are 404, and their ids are no cursors', async () => {
  const { call, account } = await startWithAccount()
  const other = (await call('POST', projects, { body: { name: 'Other' } })).body
  const accounts = `${projects}/${other.id}/service_accounts`
  const keys = `${projects}/${other.id}/api_keys`
  for (const path of [`${accounts}/${account.id}`, `${keys}/${account.api_key.id}`]) {
    expect((await call('GET', path)).status).toBe(404)
    expect((await call('DELETE', path)).status).toBe(404)
  }
  expect((await call('GET', `${accounts}?after=${account.id}`)).status).toBe(400)
  expect((await call('GET', `${keys}?after=${account.api_key.id}`)).status).toBe(400)
})

test('update replaces scopes and expiry, counted from now; an expired key is 400', async () => {
  const seed = 'clock: { now: 2026-01-01T00:00:00Z, frozen: true }'
  const { call, account, keysUrl, listModels } = await startWithAccount({ seed })
  const key = `${keysUrl}/${account.api_key.id}`
  expect((await call('POST', key, { body: {} })).body.error.code).toBe('missing_required_parameter')
  expect((await call('POST', key, { body: { scopes: null } })).body.error.code).toBe('invalid_type')
  expect((await call('POST', key, { body: { scopes: [5] } })).body.error.param).toBe('scopes')
  await call('PUT', '/_emulator/clock', { body: { advance: '60s' } })
  expect((await call('POST', key, { body: { expires_in_seconds: 10 } })).body.expires_at).toBe(1767225670)
  expect((await call('POST', key, { body: { scopes: ['api.all.read'] } })).body.expires_at).toBe(1767225670)
  await call('PUT', '/_emulator/clock', { body: { advance: '10s' } })
  expect((await call('POST', key, { body: { scopes: [] } })).body.error.code).toBe('key_expired')
  expect((await listModels(account.api_key.value)).status).toBe(401)
})

test('with service_account_key_delete: reject a single key of an account cannot be deleted', async () => {
  const { call, account, keysUrl } = await startWithAccount({
    seed: 'behavior: { service_account_key_delete: reject }',
  })
  const { status, body } = await call('DELETE', `${keysUrl}/${account.api_key.id}`)
  expect([status, body.error.code]).toEqual([400, 'service_account_key'])
})

test('with listed_keys: all, pagination by id ends even if an admin key and a project key share an id', async () => {
  const { call } = await startApp({
    seed: `projects: [{ name: p, api_keys: [{ id: key_a, created_at: -2d }, { id: key_both, created_at: -1d }] }]
keys: [{ id: key_both, name: admin, created_at: -3d }, { id: key_last, name: last, created_at: -1h }]`,
  })
  await call('PATCH', '/_emulator/behavior', { as: null, body: { listed_keys: 'all' } })
  for (const order of ['asc', 'desc']) {
    const ids: string[] = []
    for (let after = ''; ids.length < 20; ) {
      const { body } = await call('GET', `${adminKeysUrl}?limit=1&order=${order}&after=${after}`)
      ids.push(body.data[0].id)
      after = body.last_id
      if (!body.has_more) break
    }
    const seeded = ids.filter((id) => ['key_both', 'key_a', 'key_last'].includes(id))
    const expected = ['key_both', 'key_a', 'key_last']
    expect(seeded).toEqual(order === 'asc' ? expected : expected.toReversed())
  }
})

test('with listed_keys: all the list of admin keys has project keys too, in one order', async () => {
  const { call, create, account } = await startWithAccount({ seed: 'behavior: { listed_keys: all }' })
  const later = await create()
  const ids = async (query: string) => {
    const { body } = await call('GET', `/v1/organization/admin_api_keys?${query}`)
    return body.data.map(({ id, object }: { id: string; object: string }) => {
      expect(object).toBe('organization.admin_api_key')
      return id
    })
  }
  const ascending = await ids('limit=100')
  expect(ascending).toHaveLength(3)
  expect(ascending).toEqual(expect.arrayContaining([account.api_key.id, later.id]))
  expect(await ids('order=desc')).toEqual([...ascending].reverse())
  for (const order of ['asc', 'desc']) {
    const paged: string[] = []
    for (let after = ''; ; after = paged.at(-1) ?? '') {
      const page = await ids(`limit=1&order=${order}&after=${after}`)
      if (page.length === 0) break
      paged.push(...page)
    }
    expect(paged).toEqual(await ids(`order=${order}`))
  }
  expect((await call('GET', `/v1/organization/admin_api_keys/${account.api_key.id}`)).status).toBe(404)
})

test('each kind of key authenticates only its own routes', async () => {
  const { call, account, listModels } = await startWithAccount()
  const admin = await listModels('sk-admin-local')
  expect(admin.status).toBe(403)
  expect(admin.body.error.message).toContain('Missing scopes: api.model.read')
  const project = await call('GET', projects, { as: account.api_key.value })
  expect(project.status).toBe(403)
  expect(project.body.error.message).toContain('Missing scopes: api.management.read')
  expect(
    (await call('POST', projects, { as: account.api_key.value, body: { name: 'a' } })).body.error.message,
  ).toContain('api.management.write')
  for (const token of ['sk-svcacct-never-issued', 'sk-proj-never-issued']) {
    expect((await listModels(token)).status).toBe(401)
    expect((await call('GET', projects, { as: token })).status).toBe(403)
  }
  expect((await call('GET', '/v1/models', { as: null })).status).toBe(401)
})

test('an admin key of a seed can be limited to reading or writing', async () => {
  const { call } = await startApp({
    seed: `keys:
      - { name: reader, value: sk-admin-reader-0001, scopes: [api.management.read] }
      - { name: writer, value: sk-admin-writer-0001, scopes: [api.management.write] }`,
  })
  const reader = { as: 'sk-admin-reader-0001' }
  const writer = { as: 'sk-admin-writer-0001' }
  expect((await call('GET', projects, reader)).status).toBe(200)
  const rejected = await call('POST', projects, { ...reader, body: { name: 'a' } })
  expect([rejected.status, rejected.headers['x-emulator-reason']]).toMatchObject([
    403,
    expect.stringContaining('scope_not_granted'),
  ])
  expect((await call('POST', projects, { ...writer, body: { name: 'a' } })).status).toBe(200)
  expect((await call('GET', projects, writer)).body.error.message).toContain('api.management.read')
})

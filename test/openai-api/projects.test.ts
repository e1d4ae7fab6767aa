import { expect, test } from 'vitest'
import { startApp, type TestApp } from '../support/app.ts'

const url = '/v1/organization/projects'

async function createProject({ call }: Pick<TestApp, 'call'>, body: object = { name: 'Web' }) {
  const response = await call('POST', url, { body })
  expect(response.status).toBe(200)
  return response.body
}

test('an organization starts with a default project, the first of the list', async () => {
  const { call } = await startApp()
  const { body } = await call('GET', url)
  expect(body).toMatchObject({ object: 'list', has_more: false })
  expect(body.data).toMatchObject([{ name: 'Default project', status: 'active', archived_at: null }])
  expect(body.first_id).toBe(body.data[0].id)
})

test('create returns a project with the fields in the order of the API', async () => {
  const { call } = await startApp({ seed: 'clock: { now: 2026-01-01T00:00:00Z, frozen: true }' })
  const { text } = await call('POST', url, { body: { name: 'Web', external_key_id: 'ext' } })
  expect(text).toMatch(
    /^{"id":"proj_[A-Za-z0-9]{24}","object":"organization.project","name":"Web","created_at":1767225600,"archived_at":null,"status":"active","external_key_id":"ext","residency":"GLOBAL"}$/,
  )
})

test('projects are listed in pages, and archived ones only on request', async () => {
  const app = await startApp()
  const { call } = app
  const ids: string[] = []
  for (const name of ['a', 'b', 'c']) ids.push((await createProject(app, { name })).id)
  await call('POST', `${url}/${ids[1]}/archive`)
  const first = (await call('GET', `${url}?limit=2`)).body
  expect(first.data.map((project: { name: string }) => project.name)).toEqual(['Default project', 'a'])
  expect(first.has_more).toBe(true)
  const rest = (await call('GET', `${url}?limit=2&after=${first.last_id}`)).body
  expect(rest.data.map((project: { name: string }) => project.name)).toEqual(['c'])
  const all = (await call('GET', `${url}?include_archived=true&after=${ids[0]}`)).body
  expect(all.data).toMatchObject([{ name: 'b', status: 'archived' }, { name: 'c' }])
  expect((await call('GET', `${url}?after=${ids[1]}`)).body.data).toMatchObject([{ name: 'c' }])
  expect((await call('GET', `${url}?after=proj_none`)).body.error).toMatchObject({
    param: 'after',
    code: 'invalid_value',
  })
  expect((await call('GET', `${url}?include_archived=yes`)).body.error).toMatchObject({
    message: "Invalid type for 'include_archived': expected a boolean, but got a string instead.",
  })
})

test('modify changes what the body names; null leaves the name unchanged', async () => {
  const app = await startApp()
  const { id } = await createProject(app, { name: 'Web', external_key_id: 'ext' })
  expect((await app.call('POST', `${url}/${id}`, { body: { name: 'Shop' } })).body).toMatchObject({ name: 'Shop' })
  const unchanged = await app.call('POST', `${url}/${id}`, { body: { name: null, external_key_id: null } })
  expect(unchanged.body).toMatchObject({ name: 'Shop', external_key_id: null })
  expect((await app.call('POST', `${url}/${id}`)).status).toBe(200)
})

test('archiving again returns the same archived_at; an archived project cannot be modified', async () => {
  const app = await startApp()
  const { id } = await createProject(app)
  const archived = (await app.call('POST', `${url}/${id}/archive`)).body
  await app.call('PUT', '/_emulator/clock', { body: { advance: '1h' } })
  expect((await app.call('POST', `${url}/${id}/archive`)).body).toEqual(archived)
  expect((await app.call('GET', `${url}/${id}`)).body).toEqual(archived)
  const modified = await app.call('POST', `${url}/${id}`, { body: { name: 'b' } })
  expect(modified.body.error).toMatchObject({ code: 'project_archived' })
})

// OpenAI's Terraform provider sends it to archive a project.
test('the body null counts as no body for an operation that has none', async () => {
  const app = await startApp()
  const { id } = await createProject(app)
  const send = (method: 'POST' | 'DELETE', path: string, body: unknown) => app.call(method, path, { body })
  const account = (await send('POST', `${url}/${id}/service_accounts`, { name: 'ci' })).body
  const keys = `${url}/${id}/api_keys`
  expect(await send('DELETE', `${keys}/${account.api_key.id}`, null)).toMatchObject({ status: 200 })
  expect(await send('DELETE', `${url}/${id}/service_accounts/${account.id}`, null)).toMatchObject({ status: 200 })
  expect((await send('POST', `${url}/${id}`, null)).body.error).toMatchObject({ code: 'invalid_type' })
  expect((await send('POST', `${url}/${id}/archive`, [])).body.error).toMatchObject({ code: 'invalid_type' })
  expect((await send('POST', `${url}/${id}/archive`, null)).body).toMatchObject({ id, status: 'archived' })
})

test('the default project can be neither modified nor archived', async () => {
  const { call } = await startApp()
  const { id } = (await call('GET', url)).body.data[0]
  for (const path of [`${url}/${id}`, `${url}/${id}/archive`]) {
    const { status, body } = await call('POST', path, { body: {} })
    expect([status, body.error.code]).toEqual([400, 'default_project'])
  }
})

test('unknown projects are 404, after the errors of fields', async () => {
  const { call } = await startApp()
  expect((await call('GET', `${url}/proj_none`)).body.error).toMatchObject({
    message: 'The project proj_none was not found',
    code: 'not_found',
  })
  expect((await call('POST', `${url}/proj_none`, { body: { name: 5 } })).status).toBe(400)
})

test.each<[object, object]>([
  [{}, { message: "Missing required parameter: 'name'.", param: 'name' }],
  [{ name: null }, { message: "Invalid type for 'name': expected a string, but got null instead." }],
  [{ name: '\ud800' }, { param: 'name', code: 'invalid_value' }],
  [
    { name: 'a', residency: 'MOON' },
    { param: 'residency', code: 'invalid_value' },
  ],
  [
    { name: 'a', external_key_id: 5 },
    { param: 'external_key_id', code: 'invalid_type' },
  ],
  [
    { name: 'a', residency: 'GLOBAL', geography: 'EU' },
    { message: "Invalid value for 'geography': it cannot be used together with 'residency'.", param: 'geography' },
  ],
])('create rejects %j', async (body, error) => {
  const { call } = await startApp()
  const response = await call('POST', url, { body })
  expect(response.status).toBe(400)
  expect(response.body.error).toMatchObject(error)
  expect((await call('GET', url)).body.data).toHaveLength(1)
})

test('null is as absent where the API allows it, and exclusive_fields: ignore accepts both fields', async () => {
  const { call } = await startApp({ seed: 'behavior: { exclusive_fields: ignore }' })
  const body = { name: 'a', residency: 'EU_STORAGE_PROCESSING', geography: 'EU', external_key_id: null }
  expect((await call('POST', url, { body })).body).toMatchObject({ residency: 'EU_STORAGE_PROCESSING' })
  expect((await call('POST', url, { body: { name: 'b', residency: null } })).body.residency).toBe('GLOBAL')
})

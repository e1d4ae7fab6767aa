import { expect, test } from 'vitest'
import { keysUrl, startApp } from '../support/app.ts'

const projects = '/v1/organization/projects'

const archived = `
projects:
  - id: proj_old
    name: Old
    created_at: -9d
    archived_at: -1d
    service_accounts: [{ name: ci, created_at: -9d, api_keys: [{ id: key_old, created_at: -8d }] }]`

test.each([`${projects}/proj_none/service_accounts`, `${projects}/proj_none/api_keys`])(
  'with limit_out_of_range: reject the limit of %s is rejected before the unknown project is',
  async (url) => {
    const { call } = await startApp({ seed: 'behavior: { limit_out_of_range: reject }' })
    const { status, body } = await call('GET', `${url}?limit=0`)
    expect([status, body.error.code]).toEqual([400, 'integer_below_min_value'])
    expect((await call('GET', url)).status).toBe(404)
  },
)

test('with limit_out_of_range: reject the limit is rejected before the archived project is', async () => {
  const { call } = await startApp({ seed: `behavior: { limit_out_of_range: reject }${archived}` })
  const { body } = await call('GET', `${projects}/proj_old/service_accounts?limit=101`)
  expect(body.error.code).toBe('integer_above_max_value')
})

test.each([
  [`${projects}/proj_old/api_keys`, 'admin'],
  [keysUrl, 'all'],
])('with deleted_cursor: reject the key of an archived project is no cursor of %s', async (url, listedKeys) => {
  const { call } = await startApp({ seed: `behavior: { listed_keys: ${listedKeys} }${archived}` })
  expect((await call('GET', `${url}?after=key_old`)).status).toBe(200)
  await call('PATCH', '/_emulator/behavior', { body: { deleted_cursor: 'reject' } })
  const { status, body, headers } = await call('GET', `${url}?after=key_old`)
  expect([status, body.error.param]).toEqual([400, 'after'])
  expect(headers['x-emulator-reason']).toContain('cursor_deleted')
})

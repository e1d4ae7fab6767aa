import { describe, expect, test } from 'vitest'
import { startControlApp } from '../support/control-app.ts'

const seed = `
clock: { now: 2026-01-01T00:00:00Z, frozen: true }
behavior: { audit_project: own }
projects: [{ id: proj_web, name: Web, service_accounts: [{ id: sa_ci, name: ci, api_keys: [{ id: key_ci }] }] }]
audit_logs:
  - { id: audit_log-a, type: project.created, effective_at: -9d, project: proj_web, details: { id: proj_web } }
  - { id: audit_log-c, type: api_key.deleted, effective_at: -7d, project: null, details: { id: key_x },
      actor: { type: api_key, api_key: { id: key_ci, type: service_account, service_account: { id: sa_ci } } } }
  - { id: audit_log-b, type: login.succeeded, effective_at: -8d, project: null,
      actor: { type: session, session: { user: { id: user-jane, email: jane@example.com } } } }
`

interface Listed {
  id: string
}

async function startEvents(text = seed) {
  const testApp = await startControlApp({ seed: text })
  const list = async (query = '') => (await testApp.control('GET', `/audit_logs${query}`)).body
  const idsOf = async (query: string) => {
    const { data, count } = await list(query)
    expect(count).toBe(data.length)
    return data.map(({ id }: Listed) => id.replace('audit_log-', '')).join('')
  }
  return { ...testApp, list, idsOf }
}

describe('the control that lists audit events', () => {
  test('it shows the events of the API, newest first, without a journal entry, a fault or a use of the key', async () => {
    const { list, call, control } = await startEvents()
    await call('POST', '/v1/organization/projects/proj_web/service_accounts', { body: { name: 'new' } })
    const shown = (await call('GET', '/v1/organization/audit_logs')).body.data
    await control('DELETE', '/journal')
    await control('POST', '/faults', { operation: '*', kind: 'error', status: 500, times: null })
    const page = await list()
    expect(page).toEqual({ data: shown, count: 4, next: null })
    expect(page.data.map(({ type }: { type: string }) => type)[0]).toBe('service_account.created')
    expect((await control('GET', '/journal')).body.count).toBe(0)
    expect((await control('GET', '/faults')).body.data[0].hits).toBe(0)
  })

  test.each([
    ['', 'cba'],
    ['?type=project.created', 'a'],
    ['?type=', 'cba'],
    ['?project_id=proj_web', 'a'],
    ['?actor_id=key_ci', 'c'],
    ['?actor_id=sa_ci', 'c'],
    ['?actor_id=user-jane', 'b'],
    ['?actor_email=jane@example.com', 'b'],
    ['?resource_id=key_x', 'c'],
    ['?resource_id=key_x&type=project.created', ''],
    ['?filter=KEY_', 'c'],
    ['?filter=log-', 'cba'],
    ['?filter=jane@', 'b'],
    ['?filter=created', 'a'],
    ['?filter=%25', ''],
    ['?type=&filter=jane@&after=&limit=', 'b'],
    ['?filter=succeeded&actor_id=user-jane', 'b'],
  ])('the query %j selects the events %j, and counts them', async (query, ids) => {
    const { idsOf } = await startEvents()
    expect(await idsOf(query)).toBe(ids)
  })

  test.each(['', '&type=api_key.created', '&filter=e'])('pages with %j have every event once', async (query) => {
    const { list, create } = await startEvents()
    for (let n = 0; n < 7; n++) await create()
    const all = (await list(`?limit=1000${query}`)).data.map(({ id }: Listed) => id)
    expect(all.length).toBeGreaterThan(6)
    const ids: string[] = []
    for (let after: string | null = ''; after !== null; ) {
      const page: { data: Listed[]; count: number; next: string | null } = await list(`?limit=3${query}&after=${after}`)
      expect(page.count).toBe(all.length)
      ids.push(...page.data.map(({ id }) => id))
      after = page.next
    }
    expect(ids).toEqual(all)
  })

  test.each([
    ['?type=key.created', "'type' must be one of api_key.created, "],
    ['?after=audit_log-none', '\'after\' must be the id of an audit event, got "audit_log-none"'],
    ['?limit=0', '\'limit\' must be an integer from 1 to 1000, got "0"'],
    ['?types=x', "Unknown query parameter 'types'. Available parameters: type, project_id, actor_id, actor_email"],
    ['?filter=a&filter=b', "'filter' must be given once"],
  ])('the query %s is refused with the rule', async (query, message) => {
    const { control } = await startEvents()
    const { status, body } = await control('GET', `/audit_logs${query}`)
    expect([status, body.error.code]).toEqual([400, 'invalid_query'])
    expect(body.error.message).toContain(message)
  })

  test('while many events are searched, other requests are processed and a reset is survived', async () => {
    const { control, list } = await startEvents(
      'audit_logs: [{ type: login.succeeded, generate: 40000, id: "event-{n}" }]',
    )
    expect((await list()).count).toBe(40_000)
    let isDone = false
    const searching = list('?filter=event-39999').finally(() => {
      isDone = true
    })
    expect((await control('GET', '/clock')).status).toBe(200)
    expect(isDone).toBe(false)
    await control('POST', '/reset')
    expect(await searching).toMatchObject({ count: 1, data: [{ id: 'event-39999' }], next: null })
  })
})

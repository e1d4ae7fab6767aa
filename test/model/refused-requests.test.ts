import fc from 'fast-check'
import { expect } from 'vitest'
import type { TestResponse } from '../support/app.ts'
import { propertyTest } from './harness/property.ts'
import { startRecordedApp } from './harness/recorded-app.ts'
import { type FuzzedRequest, fillPath, fuzzedRequest, idChoices } from './harness/request-generators.ts'

const seed = `
clock: { now: 2026-01-01T00:00:00Z, frozen: true }
keys:
  - { id: key_admin, name: Admin key, value: sk-admin-local }
  - { id: key_reader, name: reader, value: sk-admin-reader-01, scopes: [api.management.read] }
  - { id: key_old, name: old, value: sk-admin-old-one01, created_at: -2d, expires_at: -1d }
  - { id: key_gone, name: gone, value: sk-admin-gone-one1, deleted: true }
  - { id: key_spare, name: spare }
projects:
  - { id: proj_default, name: Default project, default: true }
  - id: proj_web
    name: Web
    service_accounts:
      - id: sa_ci
        name: ci
        api_keys:
          - { id: key_ci, value: sk-svcacct-ci-00001 }
          - { id: key_ci_old, created_at: -2d, expires_at: -1d }
          - { id: key_ci_gone, value: sk-svcacct-gone-001, deleted: true }
      - { id: sa_none, name: none, role: none }
      - { id: sa_gone, name: gone, deleted: true }
    api_keys: [{ id: key_jane, value: sk-proj-jane-00001, owner: { name: Jane } }]
  - { id: proj_gone, name: gone, archived_at: -1d, service_accounts: [{ id: sa_in_gone, name: a }] }
audit_logs: [{ id: audit_log-1, type: project.created, effective_at: -1d, details: { id: proj_web } }]
`

const ids = {
  adminKey: ['key_admin', 'key_spare', 'key_old', 'key_gone'],
  project: ['proj_web', 'proj_default', 'proj_gone', 'proj_web', 'pro%6A_web'],
  account: ['sa_ci', 'sa_none', 'sa_gone', 'sa_in_gone'],
  key: ['key_ci', 'key_jane', 'key_ci_old', 'key_ci_gone'],
  event: ['audit_log-1'],
}

// The first is used most. Under these the requests of a run are refused in every way.
const tokens = [
  'sk-admin-local',
  'sk-svcacct-ci-00001',
  'sk-proj-jane-00001',
  'sk-admin-reader-01',
  'sk-admin-old-one01',
  'sk-admin-gone-one1',
  'sk-svcacct-gone-001',
  'sk-admin-nobody-000',
  'sk-proj-nobody-0000',
  null,
]

/** Requests that succeed without an event: archiving a project again. */
const isRepetition = ({ status, body }: TestResponse, before: State) =>
  status === 200 && before.projects.some(({ id, archived_at }) => id === body.id && archived_at !== null)

interface State {
  projects: { id: string; archived_at: number | null }[]
  audit_logs: unknown[]
  [section: string]: unknown
}

async function start() {
  const app = await startRecordedApp({ seed, randomSeed: 1 })
  const readState = async (): Promise<State> => {
    const { random_positions: _, ...state } = (await app.control('GET', '/state')).body
    return state
  }
  return {
    ...app,
    readState,
    /** Resets the sandbox, and uses each key that can be used, so that no later request changes `last_used_at`. */
    async prepare() {
      await app.control('POST', '/reset')
      for (const as of tokens.slice(0, 4)) {
        await app.call('GET', '/v1/organization/admin_api_keys', { as })
        await app.call('GET', '/v1/models', { as })
      }
      return readState()
    },
    send({ method, path, token, body, headers }: FuzzedRequest, choices: number[]) {
      const as = tokens[token % tokens.length] ?? null
      const payload = body === undefined ? {} : { rawBody: body }
      return app.call(method, fillPath(path, choices, ids), { as, ...payload, ...(headers ? { headers } : {}) })
    },
  }
}

const errorFields = ['message', 'type', 'param', 'code']

propertyTest('a refused request gets an error of the API and changes nothing; each write has one event', async () => {
  const app = await start()
  const requests = fc.array(fc.record({ request: fuzzedRequest, choices: idChoices }), {
    minLength: 10,
    maxLength: 30,
    size: 'max',
  })
  const statuses = new Map<number, number>()
  await app.assertProperty(requests, 150, async (sequence) => {
    let before = await app.prepare()
    for (const { request, choices } of sequence) {
      const response = await app.send(request, choices)
      const { status, body } = response
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      const after = await app.readState()
      const isWrite = status === 200 && request.method !== 'GET' && !isRepetition(response, before)
      if (status !== 200) {
        expect(status, JSON.stringify(body)).toBeLessThan(500)
        expect(status, JSON.stringify(body)).toBeGreaterThanOrEqual(400)
        expect(Object.keys(body)).toEqual(['error'])
        expect(Object.keys(body.error)).toEqual(errorFields)
      }
      if (isWrite) expect(after.audit_logs).toHaveLength(before.audit_logs.length + 1)
      else expect(after).toEqual(before)
      before = after
    }
  })
  // Otherwise the generators would test few ways to be refused.
  expect([200, 400, 401, 403, 404].filter((status) => (statuses.get(status) ?? 0) < 20)).toEqual([])
})

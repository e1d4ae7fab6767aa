import { describe, expect, test } from 'vitest'
import { RequestPacer } from '../../src/conformance/client/pacing.ts'
import type { Probe } from '../../src/conformance/probe.ts'
import { probes } from '../../src/conformance/probes/index.ts'
import { runProbes } from '../../src/conformance/run.ts'
import { adminKey } from '../support/app.ts'
import { startControlApp } from '../support/control-app.ts'
import { probeServer } from '../support/run-probes.ts'
import { startFakeServer } from '../support/tampering-proxy.ts'

/** Starts an emulator on a port. `addFault` adds a fault that stays active. */
async function startListening(options = {}) {
  const app = await startControlApp(options)
  const url = await app.listen()
  const addFault = (fault: object) => app.control('POST', '/faults', { times: null, ...fault })
  return { ...app, addFault, url, baseUrl: `${url}/v1` }
}

/** A seed with something in every list. */
const fullSeed = `
keys: [{ generate: 250, name: "load-{n}" }]
projects:
  - name: a
    service_accounts:
      - { name: b, api_keys: [{ name: c }, { name: d }] }
      - { name: e, role: none, api_keys: [{ name: f }] }
audit_logs: [{ generate: 3, type: login.succeeded }]`

const activeProjects = (projects: { archived_at: number | null; name: string }[]) =>
  projects.filter(({ archived_at }) => archived_at === null).map(({ name }) => name)

describe('the emulator conforms', () => {
  test('the emulator passes all probes that only read, and they send no other methods', async () => {
    const { baseUrl, control, names } = await startListening({ seed: fullSeed })
    const before = (await control('GET', '/state')).body
    const { report, differing } = await probeServer(baseUrl)
    expect(differing).toEqual([])
    expect(report).toMatchObject({ failed: 0, created: 0, not_removed: 0 })
    expect(report.probes.filter(({ verdict, seen }) => verdict === 'skipped' && !/--write/.test(seen))).toEqual([
      expect.objectContaining({ probe: 'list-has-no-more', seen: 'requires at most 100 keys' }),
    ])
    const { data } = (await control('GET', '/journal')).body
    const methods = new Set(data.map(({ method }: { method: string }) => method))
    expect([...methods].sort()).toEqual(['GET', 'HEAD', 'OPTIONS'])
    expect(await names()).toHaveLength(251)
    const { projects, audit_logs } = (await control('GET', '/state')).body
    expect({ projects, audit_logs }).toEqual({ projects: before.projects, audit_logs: before.audit_logs })
  })

  test('the emulator passes the probes that write, and no key and no active project is left behind', async () => {
    const { baseUrl, names, control } = await startListening()
    const { report, differing } = await probeServer(baseUrl, { write: true, includesExpiry: true })
    expect(differing).toEqual([])
    expect(report).toMatchObject({ failed: 0, not_removed: 0, projects_created: 1, projects_not_archived: 0 })
    const skipped = report.probes.filter(({ verdict }) => verdict === 'skipped').map(({ probe }) => probe)
    expect(skipped).toEqual(['list-default-limit', 'list-more-than-hundred', 'limit-far-above'])
    const { projects } = (await control('GET', '/state')).body
    expect(activeProjects(projects)).toEqual(['Default project'])
    expect(report.created).toBeGreaterThan(20)
    expect(await names()).toEqual(['Admin key'])
    const created = (await control('GET', '/journal?operation=admin-api-keys-create&status=200')).body
    expect(created.count).toBe(report.created)
  })

  test.each(['/sandbox/a/v1', '', '/sandbox/a', '/v1/'])(
    'the emulator passes all probes at the base path "%s"',
    async (path) => {
      const { url } = await startListening()
      const { differing } = await probeServer(url + path)
      expect(differing).toEqual([])
    },
  )

  test('the emulator passes all probes with a seed of keys in every state', async () => {
    const { baseUrl } = await startListening({ seed: ['lifecycle'] })
    const { differing } = await probeServer(baseUrl)
    expect(differing).toEqual([])
  })
})

describe('behavior settings', () => {
  test.each([
    [
      'auth',
      'any',
      ['auth-wrong', 'auth-wrong-12-characters', 'auth-project', 'delete-ends-authentication', 'expired'],
    ],
    ['scope_error', 'string', ['auth-project', 'auth-service-account', 'auth-project-create', 'auth-project-delete']],
    ['deleted_cursor', 'reject', ['after-deleted']],
    ['limit_out_of_range', 'reject', ['limit-zero', 'limit-negative', 'limit-above']],
    ['unknown_route', 'empty', ['url-unknown', 'url-trailing-slash', 'method-options', 'method-head', 'method-patch']],
    ['redaction', 'masked', ['key-redacted-value', 'create-redacted-value']],
    ['organization_header', 'check', ['auth-foreign-organization']],
    ['state', 'discarded', ['retrieve-created']],
    ['listed_keys', 'all', ['project-key-in-admin-list']],
    ['service_account_key_delete', 'reject', ['project-key-delete']],
    ['exclusive_fields', 'ignore', ['project-exclusive-fields', 'account-exclusive-fields']],
    ['audit_project', 'own', ['audit-project']],
    ['admin_key_events', 'tenant', ['audit-admin-key']],
    ['admin_key_events', 'both', ['audit-admin-key']],
  ])('a report names the behavior `%s: %s` of a server', async (name, value, expected) => {
    const { baseUrl } = await startListening({ seed: `behavior: { ${name}: ${value} }` })
    const { report, resultOf, printed } = await probeServer(baseUrl, { write: true, includesExpiry: name === 'auth' })
    for (const probe of expected)
      expect(resultOf(probe)).toMatchObject({ verdict: 'differs', switch: { [name]: value } })
    expect(report.switches).toEqual({ [name]: value })
    expect(printed).toContain(`with the behavior \`${name}: ${value}\``)
    // These have side effects on other probes; any other setting must explain every difference.
    const unexplained = report.probes.filter((result) => result.verdict === 'differs' && result.switch === undefined)
    if (!['auth', 'state', 'listed_keys'].includes(name)) expect(unexplained).toEqual([])
  })
})

describe('faults', () => {
  const list = 'admin-api-keys-list'
  const retrieve = 'admin-api-keys-get'
  const create = 'admin-api-keys-create'
  const remove = 'admin-api-keys-delete'
  const patchFault = (operation: string, ...patch: object[]) => ({ operation, kind: 'json_patch', patch })

  test.each([
    [
      patchFault(list, { op: 'replace', path: '/has_more', value: true }),
      ['list-after-last', 'list-more-than-hundred'],
    ],
    [patchFault(list, { op: 'replace', path: '/first_id', value: null }), ['list-ends']],
    [patchFault(list, { op: 'replace', path: '/last_id', value: 'x' }), ['list-ends']],
    [patchFault(list, { op: 'remove', path: '/last_id' }), ['list', 'list-ends']],
    [patchFault(list, { op: 'add', path: '/data/0/value', value: 'sk-admin-x' }), ['key-fields']],
    [patchFault(list, { op: 'remove', path: '/data/0/expires_at' }), ['key-fields', 'key-types']],
    [patchFault(list, { op: 'replace', path: '/data/0/created_at', value: '5' }), ['key-types']],
    [patchFault(list, { op: 'replace', path: '/data/0/owner/role', value: 'reader' }), ['owner-role']],
    [patchFault(list, { op: 'remove', path: '/data/0/owner/id' }), ['owner-fields', 'owner-types']],
    [patchFault(list, { op: 'remove', path: '/data/0' }), ['list-all-pages', 'limit-one', 'after-first']],
    [patchFault(retrieve, { op: 'add', path: '/value', value: 'sk-admin-x' }), ['retrieve']],
    [patchFault(retrieve, { op: 'remove', path: '/expires_at' }), ['retrieve']],
    [patchFault(retrieve, { op: 'replace', path: '/id', value: 'key_other' }), ['retrieve']],
    [
      patchFault(retrieve, { op: 'replace', path: '/last_used_at', value: null }),
      ['last-used', 'last-used-in-same-request'],
    ],
    [patchFault(create, { op: 'remove', path: '/expires_at' }), ['create', 'create-expires-at']],
    [patchFault(create, { op: 'remove', path: '/value' }), ['create', 'create-value', 'create-value-once']],
    [patchFault(create, { op: 'replace', path: '/expires_at', value: 1 }), ['create-expires-at', 'create-expiring']],
    [patchFault(create, { op: 'replace', path: '/last_used_at', value: 1 }), ['create-last-used-at']],
    [patchFault(create, { op: 'replace', path: '/name', value: 'x' }), ['name-empty', 'name-unicode']],
    [patchFault(remove, { op: 'replace', path: '/deleted', value: false }), ['delete', 'delete-itself']],
    [{ operation: list, kind: 'error', status: 500 }, ['list', 'list-compact', 'limit-above', 'after-empty']],
    [{ operation: retrieve, kind: 'error', status: 404 }, ['retrieve', 'retrieve-created']],
    [{ operation: create, kind: 'error', status: 503 }, ['create', 'create-expiring', 'name-empty', 'delete']],
    [{ operation: create, kind: 'malformed_json' }, ['create']],
    [{ operation: retrieve, kind: 'truncated_body' }, ['retrieve']],
    [{ operation: retrieve, kind: 'connection_reset' }, ['retrieve', 'retrieve-unknown']],
    [{ operation: remove, kind: 'empty_response', when: 'after_commit' }, ['delete', 'delete-itself']],
    [{ operation: create, kind: 'error', status: 429, headers: { 'retry-after-ms': '1' } }, ['create']],
    [patchFault('list-projects', { op: 'replace', path: '/data/0/status', value: 'archived' }), ['projects-active']],
    [patchFault('list-projects', { op: 'replace', path: '/last_id', value: 'x' }), ['projects-list-ends']],
    [patchFault('retrieve-project', { op: 'remove', path: '/residency' }), ['project-retrieve']],
    [patchFault('create-project', { op: 'replace', path: '/archived_at', value: 1 }), ['project-create-defaults']],
    [
      patchFault('create-project-service-account', { op: 'replace', path: '/api_key/value', value: 'x' }),
      ['account-key-value'],
    ],
    [
      patchFault('list-project-service-accounts', { op: 'remove', path: '/data/0' }),
      ['accounts-list-ends', 'accounts-in-order'],
    ],
    [
      patchFault('retrieve-project-api-key', { op: 'replace', path: '/owner/type', value: 'user' }),
      ['project-key-owner', 'project-key-retrieve'],
    ],
    [patchFault('list-project-api-keys', { op: 'add', path: '/data/0/value', value: 'x' }), ['project-keys-fields']],
    [{ operation: 'update-project-api-key', kind: 'error', status: 500 }, ['project-key-update']],
    [{ operation: 'delete-project-api-key', kind: 'error', status: 500 }, ['project-key-delete']],
    [{ operation: 'archive-project', kind: 'error', status: 404 }, ['archive', 'archive-modify', 'archive-list-keys']],
    [patchFault('list-audit-logs', { op: 'remove', path: '/data/0' }), ['audit-account', 'audit-list-ends']],
    [{ operation: 'list-audit-logs', kind: 'error', status: 429, headers: { 'retry-after-ms': '1' } }, ['audit-list']],
    [{ operation: 'listModels', kind: 'malformed_json' }, ['models']],
  ])('the fault %j is detected by the probes %j', async (fault, expected) => {
    const { baseUrl, addFault } = await startListening({
      breaksResponses: true,
      seed: 'keys: [{ generate: 3, name: "{n}" }]',
    })
    expect((await addFault(fault)).status).toBe(201)
    const { resultOf } = await probeServer(baseUrl, { write: true, only: expected })
    for (const probe of expected) expect(resultOf(probe), probe).toMatchObject({ verdict: 'differs' })
  })
})

describe('other servers', () => {
  test('the probes detect a server that responds to everything with {}', async () => {
    const baseUrl = await startFakeServer(() => '{}')
    const { resultOf, report } = await probeServer(baseUrl, { write: true })
    expect(resultOf('list')).toMatchObject({
      verdict: 'differs',
      seen: expect.stringContaining('missing object, data'),
    })
    expect(resultOf('auth-missing')).toMatchObject({ verdict: 'differs', seen: '200 {}' })
    expect(resultOf('create')).toMatchObject({ verdict: 'differs', expected: 'an id', seen: 'nothing' })
    expect(report).toMatchObject({ failed: 0, created: 0 })
  })

  test.each([
    ['an empty body', ''],
    ['a body that is not JSON', '<html>'],
    ['null', 'null'],
    ['a list without valid keys', '{"object":"list","data":[null,1,"a"],"has_more":true}'],
    ['nested arrays', '[[]]'],
    ['a malformed error', '{"error":{"message":[],"type":{},"code":5}}'],
  ])('no probe fails on a server that responds with %s', async (_label, text) => {
    const baseUrl = await startFakeServer(() => text)
    const { report } = await probeServer(baseUrl, { write: true })
    expect(report.failed).toBe(0)
    expect(report.differs).toBeGreaterThan(30)
  })
})

test('no two probes have the same name', () => {
  const names = probes.map(({ name }) => name)
  expect(names.filter((name, n) => names.indexOf(name) !== n)).toEqual([])
})

test('a probe that throws is reported as failed, and the keys that it created are removed', async () => {
  const { baseUrl, names } = await startListening()
  const broken: Probe = {
    name: 'broken',
    evidence: 'emulator',
    writes: true,
    async run(context) {
      await context.createKey()
      throw new RangeError('key_abc')
    },
  }
  const target = { baseUrl: new URL(baseUrl), adminKey, timeoutMs: 5000, pacer: new RequestPacer(0) }
  const { results, leftovers } = await runProbes([broken], { target, write: true })
  expect(results).toEqual([
    { probe: 'broken', evidence: 'emulator', expected: null, seen: 'RangeError', verdict: 'failed' },
  ])
  expect(leftovers).toEqual({ ids: [], searchFailed: false, untraceableCount: 0 })
  expect(await names()).toEqual(['Admin key'])
})

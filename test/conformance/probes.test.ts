import { describe, expect, test } from 'vitest'
import { Patience } from '../../src/conformance/client/pacing.ts'
import type { Probe } from '../../src/conformance/probe.ts'
import { probes } from '../../src/conformance/probes/index.ts'
import { conform } from '../../src/conformance/run.ts'
import { adminKey } from '../support/app.ts'
import { startControlApp } from '../support/control-app.ts'
import { probe } from '../support/run-probes.ts'
import { startForeign } from '../support/tampering-proxy.ts'

async function listening(options = {}) {
  const controlled = await startControlApp(options)
  const root = await controlled.listen()
  const arm = (fault: object) => controlled.control('POST', '/faults', { times: null, ...fault })
  return { ...controlled, arm, root, base: `${root}/v1` }
}

describe('the emulator is as it says', () => {
  test('to probes that only read, and so do', async () => {
    const { base, control, names } = await listening({ seed: ['paging'] })
    const { report, differing } = await probe(base)
    expect(differing).toEqual([])
    expect(report).toMatchObject({ failed: 0, made: 0, not_removed: 0 })
    expect(report.probes.filter(({ verdict, seen }) => verdict === 'skipped' && !/--write/.test(seen))).toEqual([
      expect.objectContaining({ probe: 'list-has-no-more', seen: 'needs 100 keys or fewer' }),
    ])
    const { data } = (await control('GET', '/journal')).body
    const methods = new Set(data.map(({ method }: { method: string }) => method))
    expect([...methods].sort()).toEqual(['GET', 'HEAD', 'OPTIONS'])
    expect(await names()).toHaveLength(251)
  })

  test('to those that write, which leave nothing behind', async () => {
    const { base, names, control } = await listening()
    const { report, differing } = await probe(base, { write: true, isPatient: true })
    expect(differing).toEqual([])
    expect(report).toMatchObject({ failed: 0, not_removed: 0 })
    expect(report.made).toBeGreaterThan(20)
    expect(await names()).toEqual(['Admin key'])
    const created = (await control('GET', '/journal?operation=admin-api-keys-create&status=200')).body
    expect(created.count).toBe(report.made)
  })

  test.each(['/sandbox/a/v1', '', '/sandbox/a', '/v1/'])('at the base URL %s', async (path) => {
    const { root } = await listening()
    const { differing } = await probe(root + path)
    expect(differing).toEqual([])
  })

  test('and its seed of all kinds of keys', async () => {
    const { base } = await listening({ seed: ['lifecycle'] })
    const { differing } = await probe(base)
    expect(differing).toEqual([])
  })
})

describe('a behaviour turned the other way is found, and named', () => {
  test.each([
    ['auth', 'any', ['auth-wrong', 'auth-wrong-of-12', 'auth-project', 'delete-ends-authentication', 'expired']],
    ['scope_error', 'string', ['auth-project', 'auth-service-account', 'auth-project-create', 'auth-project-delete']],
    ['deleted_cursor', 'reject', ['after-deleted']],
    ['limit_out_of_range', 'reject', ['limit-zero', 'limit-negative', 'limit-above']],
    ['unknown_route', 'empty', ['url-unknown', 'url-slash', 'method-options', 'method-head', 'method-patch']],
    ['state', 'discarded', ['retrieve-created']],
  ])('%s: %s', async (name, value, expected) => {
    const { base } = await listening({ seed: `behavior: { ${name}: ${value} }` })
    const { report, of, printed } = await probe(base, { write: true, isPatient: name === 'auth' })
    for (const each of expected) expect(of(each)).toMatchObject({ verdict: 'differs', switch: { [name]: value } })
    expect(report.switches).toEqual({ [name]: value })
    expect(printed).toContain(`with the behaviour \`${name}: ${value}\``)
    // What a behaviour does not explain must not seem to be explained.
    const unexplained = report.probes.filter((result) => result.verdict === 'differs' && result.switch === undefined)
    if (name !== 'auth' && name !== 'state') expect(unexplained).toEqual([])
  })
})

describe('a fault is found, and named', () => {
  const list = 'admin-api-keys-list'
  const retrieve = 'admin-api-keys-get'
  const create = 'admin-api-keys-create'
  const remove = 'admin-api-keys-delete'
  const patched = (operation: string, ...patch: object[]) => ({ operation, kind: 'json_patch', patch })

  test.each([
    [patched(list, { op: 'replace', path: '/has_more', value: true }), ['list-past-the-end', 'list-has-more-indeed']],
    [patched(list, { op: 'replace', path: '/first_id', value: null }), ['list-ends']],
    [patched(list, { op: 'replace', path: '/last_id', value: 'x' }), ['list-ends']],
    [patched(list, { op: 'remove', path: '/last_id' }), ['list', 'list-ends']],
    [patched(list, { op: 'add', path: '/data/0/value', value: 'sk-admin-x' }), ['key-fields']],
    [patched(list, { op: 'remove', path: '/data/0/expires_at' }), ['key-fields', 'key-types']],
    [patched(list, { op: 'replace', path: '/data/0/created_at', value: '5' }), ['key-types']],
    [patched(list, { op: 'replace', path: '/data/0/owner/role', value: 'reader' }), ['owner-role']],
    [patched(list, { op: 'remove', path: '/data/0/owner/id' }), ['owner-fields', 'owner-types']],
    [patched(list, { op: 'remove', path: '/data/0' }), ['list-walk', 'limit-one', 'after-first']],
    [patched(retrieve, { op: 'add', path: '/value', value: 'sk-admin-x' }), ['retrieve']],
    [patched(retrieve, { op: 'remove', path: '/expires_at' }), ['retrieve']],
    [patched(retrieve, { op: 'replace', path: '/id', value: 'key_other' }), ['retrieve']],
    [patched(retrieve, { op: 'replace', path: '/last_used_at', value: null }), ['use', 'use-at-once']],
    [patched(create, { op: 'remove', path: '/expires_at' }), ['create', 'create-expires-at']],
    [patched(create, { op: 'remove', path: '/value' }), ['create', 'create-value', 'create-value-once']],
    [patched(create, { op: 'replace', path: '/expires_at', value: 1 }), ['create-expires-at', 'create-expiring']],
    [patched(create, { op: 'replace', path: '/last_used_at', value: 1 }), ['create-last-used-at']],
    [patched(create, { op: 'replace', path: '/name', value: 'x' }), ['name-empty', 'name-unicode']],
    [patched(remove, { op: 'replace', path: '/deleted', value: false }), ['delete', 'delete-itself']],
    [{ operation: list, kind: 'error', status: 500 }, ['list', 'list-compact', 'limit-above', 'after-empty']],
    [{ operation: retrieve, kind: 'error', status: 404 }, ['retrieve', 'retrieve-created']],
    [{ operation: create, kind: 'error', status: 503 }, ['create', 'create-expiring', 'name-empty', 'delete']],
    [{ operation: create, kind: 'malformed_json' }, ['create']],
    [{ operation: retrieve, kind: 'truncated_body' }, ['retrieve']],
    [{ operation: retrieve, kind: 'connection_reset' }, ['retrieve', 'retrieve-unknown']],
    [{ operation: remove, kind: 'empty_response', when: 'after_commit' }, ['delete', 'delete-itself']],
    [{ operation: create, kind: 'error', status: 429, headers: { 'retry-after-ms': '1' } }, ['create']],
  ])('%j', async (fault, expected) => {
    const { base, arm } = await listening({ breaksResponses: true, seed: 'keys: [{ generate: 3, name: "{n}" }]' })
    expect((await arm(fault)).status).toBe(201)
    const { of } = await probe(base, { write: true, only: expected })
    for (const each of expected) expect(of(each), each).toMatchObject({ verdict: 'differs' })
  })
})

describe('a foreign server', () => {
  test('that answers everything with {} is found out', async () => {
    const base = await startForeign(() => '{}')
    const { of, report } = await probe(base, { write: true })
    expect(of('list')).toMatchObject({ verdict: 'differs', seen: expect.stringContaining('without object, data') })
    expect(of('auth-none')).toMatchObject({ verdict: 'differs', seen: '200 {}' })
    expect(of('create')).toMatchObject({ verdict: 'differs', expected: 'an id', seen: 'nothing' })
    expect(report).toMatchObject({ failed: 0, made: 0 })
  })

  test.each([
    ['nothing', ''],
    ['no JSON', '<html>'],
    ['null', 'null'],
    ['a list of nothing', '{"object":"list","data":[null,1,"a"],"has_more":true}'],
    ['lists of lists', '[[]]'],
    ['an error of another form', '{"error":{"message":[],"type":{},"code":5}}'],
  ])('that answers %s breaks no probe', async (_what, text) => {
    const base = await startForeign(() => text)
    const { report } = await probe(base, { write: true })
    expect(report.failed).toBe(0)
    expect(report.differs).toBeGreaterThan(30)
  })
})

test('no two probes have the same name', () => {
  const names = probes.map(({ name }) => name)
  expect(names.filter((name, n) => names.indexOf(name) !== n)).toEqual([])
})

test('a probe that breaks down is told as such, and what it made is removed', async () => {
  const { base, names } = await listening()
  const broken: Probe = {
    name: 'broken',
    evidence: 'ours',
    writes: true,
    async run(stage) {
      await stage.create()
      throw new RangeError('key_abc')
    },
  }
  const target = { baseUrl: new URL(base), adminKey, timeout: 5000, patience: new Patience(0) }
  const { results, left } = await conform([broken], { target, write: true })
  expect(results).toEqual([
    { probe: 'broken', evidence: 'ours', expected: null, seen: 'RangeError', verdict: 'failed' },
  ])
  expect(left).toEqual({ ids: [], isUnsure: false, untold: 0 })
  expect(await names()).toEqual(['Admin key'])
})

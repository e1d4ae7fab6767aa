import { describe, expect, test } from 'vitest'
import { adminKey, keysUrl } from '../support/app.ts'
import { startWithFaults } from '../support/faults.ts'
import { parseRawResponse, sendRaw } from '../support/raw-http.ts'

describe('json_patch faults', () => {
  test.each([
    ['DELETE', [{ op: 'replace', path: '/deleted', value: false }], { deleted: false }],
    [
      'GET',
      [
        { op: 'remove', path: '/name' },
        { op: 'add', path: '/x', value: 1 },
      ],
      { x: 1 },
    ],
    ['GET', [{ op: 'copy', from: '/id', path: '/name' }], {}],
    ['GET', [{ op: 'replace', path: '', value: [] }], []],
  ])('the response to %s is patched with %j', async (method, patch, expected) => {
    const { addFault, create, listen } = await startWithFaults({ breaksResponses: true })
    const { id } = await create()
    await addFault({ operation: '*', kind: 'json_patch', patch })
    const url = await listen()
    const response = await sendRaw(
      url,
      `${method} ${keysUrl}/${id} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${adminKey}\r\n\r\n`,
    )
    expect(parseRawResponse(response).body).toMatchObject(expected)
  })

  test.each([
    'api_key.created/data/scopes/0',
    'api_key.updated/changes_requested/expires_in_seconds',
    'api_key.deleted/id',
    'tenant.admin_api_key.created/id',
    'tenant.admin_api_key.deleted/id',
    'project.created/data/title',
    'project.updated/changes_requested/title',
    'project.archived/id',
    'service_account.created/data/role',
    'service_account.updated/changes_requested/role',
    'service_account.deleted/id',
    'actor/api_key/service_account/id',
    'actor/session/ip_address',
    'actor/session/user/email',
  ])('the place %s of an audit event can be patched', async (place) => {
    const { addFault } = await startWithFaults()
    const patch = [{ op: 'replace', path: `/data/99/${place}`, value: 'x' }]
    expect(await addFault({ operation: 'list-audit-logs', kind: 'json_patch', patch })).toBe('fault_1')
  })

  test('the details of an audit event are patched', async () => {
    const { addFault, call } = await startWithFaults({ breaksResponses: true })
    await call('POST', '/v1/organization/projects', { body: { name: 'Web' } })
    const patch = [{ op: 'replace', path: '/data/0/project.created/data/name', value: 'x' }]
    await addFault({ operation: 'list-audit-logs', kind: 'json_patch', patch })
    const { body } = await call('GET', '/v1/organization/audit_logs')
    expect(body.data[0]['project.created']).toMatchObject({ data: { name: 'x', title: 'Web' } })
  })

  test.each([
    ['101 operations', Array(101).fill({ op: 'remove', path: '/name' }), '/patch', '1 to 100 operations'],
    ['a pointer of 1,001 characters', [{ op: 'remove', path: `/${'x'.repeat(1000)}` }], '/patch/0/path', '1,000'],
    [
      'copies that double the response',
      Array.from({ length: 24 }, (_, n) => ({ op: 'copy', from: '', path: `/x${n}` })),
      '/patch/11',
      'at most 1 MiB',
    ],
  ])('a patch with %s is refused', async (_what, patch, param, rule) => {
    const { control } = await startWithFaults()
    const { status, body } = await control('POST', '/faults', { operation: 'get', kind: 'json_patch', patch })
    expect([status, body.error.param]).toEqual([400, param])
    expect(body.error.message).toContain(rule)
  })

  test('a patch whose result is longer than 1 MiB leaves the response unchanged', async () => {
    const { addFault, call, create, listFaults } = await startWithFaults()
    const { id } = await create({ name: 'x'.repeat(600_000) })
    await addFault({ operation: 'get', kind: 'json_patch', patch: [{ op: 'copy', from: '', path: '/x' }] })
    expect((await call('GET', `${keysUrl}/${id}`)).body).not.toHaveProperty('x')
    expect(await listFaults()).toMatchObject([{ hits: 1, unapplied: 1 }])
  })

  test('a patch that does not apply leaves the response unchanged and is journaled', async () => {
    const { addFault, call, control } = await startWithFaults()
    const id = await addFault({ operation: '*', kind: 'json_patch', patch: [{ op: 'remove', path: '/data/1' }] })
    expect((await call('GET', keysUrl)).body.data).toHaveLength(1)
    const [entry] = (await control('GET', '/journal')).body.data
    const reason = `patch_failed; fault=${id}; operation 0: remove '/data/1' does not apply`
    expect(entry).toMatchObject({ fault_id: id, status: 200, reason })
  })

  test('a json_patch fault counts hits whose patch did not apply', async () => {
    const { addFault, listFaults, call, create } = await startWithFaults({ breaksResponses: true })
    await addFault({ operation: '*', kind: 'json_patch', patch: [{ op: 'remove', path: '/data/1' }], times: 3 })
    await addFault({ operation: '*', kind: 'error', status: 500 })
    await call('GET', keysUrl)
    await create()
    await call('GET', keysUrl)
    const [patchFault, errorFault] = await listFaults()
    expect(patchFault).toMatchObject({ hits: 2, unapplied: 1, remaining: 1 })
    expect(errorFault).not.toHaveProperty('unapplied')
  })

  // The second operation would apply: a patch applies completely or not at all.
  test.each([
    { op: 'remove', path: '/data/1' },
    { op: 'replace', path: '/data/1', value: 5 },
    { op: 'copy', from: '/has_more', path: '/data/2' },
    { op: 'move', from: '/data/0', path: '/data/1' },
    { op: 'test', path: '/has_more', value: true },
  ])('a patch with %j that does not apply leaves a list of one key unchanged', async (step) => {
    const { addFault, call } = await startWithFaults()
    const before = (await call('GET', keysUrl)).body
    await addFault({
      operation: 'admin-api-keys-list',
      kind: 'json_patch',
      patch: [step, { op: 'remove', path: '/data' }],
    })
    const { data, ...rest } = (await call('GET', keysUrl)).body
    expect({ ...rest, ids: data.map(({ id }: { id: string }) => id) }).toEqual({
      object: 'list',
      first_id: before.first_id,
      last_id: before.last_id,
      has_more: false,
      ids: [before.first_id],
    })
  })
})

describe('patches of a list', () => {
  test.each([
    [[{ op: 'add', path: '/data/0', value: 'first' }], ['first', 'key_a', 'key_b']],
    [[{ op: 'add', path: '/data/2', value: 'last' }], ['key_a', 'key_b', 'last']],
    [[{ op: 'add', path: '/data/-', value: 'last' }], ['key_a', 'key_b', 'last']],
    [[{ op: 'copy', from: '/data/0', path: '/data/-' }], ['key_a', 'key_b', 'key_a']],
    [[{ op: 'move', from: '/data/0', path: '/data/1' }], ['key_b', 'key_a']],
    [[{ op: 'remove', path: '/data/0' }], ['key_b']],
    [
      [
        { op: 'add', path: '/a~1b~0', value: { c: 1 } },
        { op: 'test', path: '/a~1b~0', value: { c: 1 } },
        { op: 'replace', path: '/data', value: [] },
        { op: 'move', from: '/a~1b~0', path: '/data/-' },
        { op: 'add', path: '/data/0/constructor', value: 2 },
      ],
      [{ c: 1, constructor: 2 }],
    ],
  ])('the patch %j changes a list of key_a and key_b to %j', async (patch, expected) => {
    const seed = `keys: [{ id: key_a, name: a, value: ${adminKey} }, { id: key_b, name: b }]`
    const { addFault, call } = await startWithFaults({ breaksResponses: true, seed })
    await addFault({ operation: 'admin-api-keys-list', kind: 'json_patch', patch })
    const { data } = (await call('GET', keysUrl)).body
    expect(data.map((each: { id?: string }) => each.id ?? each)).toEqual(expected)
  })
})

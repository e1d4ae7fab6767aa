import { describe, expect, test } from 'vitest'
import { keysUrl } from '../support/app.ts'
import { createTemporaryFolder } from '../support/files.ts'
import { serve } from '../support/program.ts'
import { type HostileRequest, send } from './send.ts'
import { longestGapMs, measureWorstGap } from './worst-gap.ts'

const kib = 1024
const mib = 1024 * kib

/** Percent-encodes a percent sign again and again, up to a length. */
const nestedEscapes = (length: number) => `%${'25'.repeat((length - 1) / 2)}`

const create = (body: string): HostileRequest => ({ method: 'POST', path: keysUrl, body })

/** The requests are sent in order; the last one must get this status. */
const attacks: [name: string, status: number, requests: HostileRequest[]][] = [
  ['a path of nested percent-encoding', 404, [{ path: `${keysUrl}/${nestedEscapes(15 * kib)}` }]],
  ['a query of nested percent-encoding', 200, [{ path: `${keysUrl}?x=${nestedEscapes(15 * kib)}` }]],
  ['a header of nested percent-encoding', 200, [{ path: keysUrl, headers: { 'x-note': nestedEscapes(15 * kib) } }]],
  ['a body of nested percent-encoding', 400, [create(nestedEscapes(mib))]],
  ['an unread body of nested percent-encoding', 404, [{ method: 'POST', path: '/v1/x', body: nestedEscapes(mib) }]],
  [
    'a name of nested percent-encoding that is then listed and exported',
    200,
    [create(`{"name":"${nestedEscapes(mib - 100)}"}`), { path: keysUrl }, { path: '/_emulator/state' }],
  ],
  ['a query with one name thousands of times', 200, [{ path: `${keysUrl}?${'a&'.repeat(7.5 * kib)}` }]],
  ['a query with thousands of names', 200, [{ path: `${keysUrl}?${[...Array(3000).keys()].join('&')}` }]],
]

const addFault = (body: string, type = 'json'): HostileRequest => ({
  method: 'POST',
  path: '/_emulator/faults',
  body,
  headers: { 'content-type': `application/${type}` },
})

const importState = (state: object): HostileRequest => ({
  method: 'PUT',
  path: '/_emulator/state',
  body: JSON.stringify(state),
})

/** Repeats a text up to the limit of YAML. */
const yamlOf = (unit: (n: number) => string) => {
  let text = ''
  for (let n = 0; text.length + unit(n).length <= 16 * kib - 2; n++) text += unit(n)
  return text
}

attacks.push(
  [
    'YAML of thousands of keys',
    400,
    [
      addFault(
        yamlOf((n) => `k${n}: 1\n`),
        'yaml',
      ),
    ],
  ],
  [
    'YAML of thousands of anchors and aliases',
    400,
    [
      addFault(
        yamlOf((n) => `- &a${n} 1\n- *a${n}\n`),
        'yaml',
      ),
    ],
  ],
  [
    'YAML of thousands of levels',
    400,
    [
      addFault(
        yamlOf(() => '['),
        'yaml',
      ),
    ],
  ],
  ['YAML of thousands of mistakes', 400, [addFault(`[${yamlOf(() => ',')}]`, 'yaml')]],
  ['JSON of 1 MiB', 400, [addFault(`{"kind":"${'x'.repeat(mib - 11)}"}`)]],
  ['JSON of thousands of fields', 400, [addFault(JSON.stringify({ ...Array(80_000).fill(1) }))]],
  ['JSON of half a million levels', 400, [addFault('['.repeat(mib / 2) + ']'.repeat(mib / 2))]],
  ['a key of thousands of levels', 400, [create(`{"name":${'['.repeat(500 * kib)}${']'.repeat(500 * kib)}}`)]],
)

const get: HostileRequest = { path: `${keysUrl}?limit=1` }
const patchList = (patch: object[]) => addFault(JSON.stringify({ operation: 'list', kind: 'json_patch', patch }))
const copies = (count: number) => Array.from({ length: count }, (_, n) => ({ op: 'copy', from: '', path: `/x${n}` }))

attacks.push(
  ['a patch of doubling copies', 400, [patchList(copies(24))]],
  ['a patch of as many doubling copies as are accepted', 200, [patchList(copies(10)), get]],
  ['a patch of a pointer of 1 MiB', 400, [patchList([{ op: 'add', path: '/x'.repeat(mib / 2 - 50), value: 1 }])]],
  ['a patch of a value of 1 MiB', 200, [patchList([{ op: 'add', path: '/x', value: Array(500_000).fill(1) }]), get]],
  [
    'a token that nearly matches everywhere in the body',
    401,
    [
      {
        ...create('sk-!'.repeat(mib / 4)),
        headers: { authorization: `Bearer ${'sk-!'.repeat(2 * kib)}x`, 'content-type': 'application/json' },
      },
    ],
  ],
  ['generated keys beyond the limit', 413, [importState({ keys: [{ generate: 1e6, name: '{n}'.repeat(1500) }] })]],
)

const repeated = <Item>(count: number, item: Item): Item[] => Array(count).fill(item)
const largePatch = patchList([{ op: 'add', path: '/x', value: Array(500_000).fill(1) }])
const manyHeaders = Object.fromEntries(Array.from({ length: 2000 }, (_, n) => [`x-${n}`, 'y']))
const headerFault = addFault(JSON.stringify({ operation: 'list', kind: 'hang', match: { header: manyHeaders } }))

const deepValue = (levels: number) => JSON.parse('['.repeat(levels) + ']'.repeat(levels))
const usedFault = addFault(JSON.stringify({ operation: 'list', kind: 'error', status: 500 }))

attacks.push(
  [
    'YAML of thousands of unknown tags',
    400,
    [
      addFault(
        yamlOf(() => '- !x a\n'),
        'yaml',
      ),
    ],
  ],
  ['a patch of a value of 4,000 levels', 400, [patchList([{ op: 'add', path: '/x', value: deepValue(4000) }])]],
  ['a patch that tests a value of 900 levels', 201, [patchList([{ op: 'test', path: '', value: deepValue(900) }])]],
)

/** What is done before the request that is measured, which must get the status. */
const preparedAttacks: [name: string, status: number, preparation: HostileRequest[], request: HostileRequest][] = [
  ['a list of as many large faults as are accepted', 200, repeated(20, largePatch), { path: '/_emulator/faults' }],
  ['a request after hundreds of faults have fired', 200, repeated(400, usedFault).flatMap((add) => [add, get]), get],
  ['a request that hundreds of faults with thousands of headers could match', 200, repeated(200, headerFault), get],
]

const generated = 100_000
const largeState = importState({
  keys: [{ generate: generated, name: 'a{n}' }],
  projects: [{ name: 'p', service_accounts: [{ name: 'sa', api_keys: [{ generate: generated, name: 'b{n}' }] }] }],
  audit_logs: [{ generate: generated, type: 'login.succeeded', details: { id: 'x' } }],
})
const accountState = importState({ projects: [{ id: 'p', name: 'p', service_accounts: [{ id: 'sa', name: 'sa' }] }] })
const longKey = {
  ...create(`{"name":"${'x'.repeat(mib - 100)}"}`),
  path: '/v1/organization/projects/p/service_accounts/sa/api_keys',
}
const searches = ['/keys?limit=1000', '/keys?filter=none', '/keys?state=expired', '/keys?type=project&order=desc']
for (const path of [...searches, '/audit_logs?limit=1000', '/audit_logs?filter=none', '/audit_logs?actor_id=none']) {
  preparedAttacks.push([`${path} of 100,000 of each kind`, 200, [largeState], { path: `/_emulator${path}` }])
}
for (const path of ['/keys?filter=none', '/keys?limit=1000', '/keys?state=deleted']) {
  preparedAttacks.push([
    `${path} of project keys with long names`,
    200,
    [accountState, ...repeated(60, longKey)],
    { path: `/_emulator${path}` },
  ])
}

attacks.push([
  'projects with long names, more than are accepted',
  413,
  [importState({ projects: [{ generate: 1e6, name: 'x'.repeat(1000) }] })],
])

// The journal parses bodies when it is read: it is full of JSON that takes long to parse.
const manyFields = JSON.stringify(Object.fromEntries(Array.from({ length: 1400 }, (_, n) => [`k${n}`, n])))
const fullJournal = Array.from({ length: 500 }, () => ({ method: 'POST', path: '/v1/x', body: manyFields }))

const verify = (json: unknown): HostileRequest => ({
  method: 'POST',
  path: '/_emulator/journal/verify',
  body: JSON.stringify({ json }),
})

attacks.push(
  ['a full journal that is listed', 200, [...fullJournal, { path: '/_emulator/journal' }]],
  ['a full journal that is verified', 200, [...fullJournal, verify({ ...Array(10_000).fill(1) })]],
)

const headersOf = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`h${n}`, 'v']))
const verifyHeaders = (count: number): HostileRequest => ({
  method: 'POST',
  path: '/_emulator/journal/verify',
  body: JSON.stringify({ header: headersOf(count) }),
})

attacks.push(
  ['a full journal that is verified by as many headers as are accepted', 200, [...fullJournal, verifyHeaders(100)]],
  ['a verification by tens of thousands of headers', 400, [verifyHeaders(60_000)]],
)

const projectsUrl = '/v1/organization/projects'
const auditUrl = '/v1/organization/audit_logs'
const post = (path: string, body: string): HostileRequest => ({ method: 'POST', path, body })
const withAccount = importState({
  projects: [{ id: 'proj_a', name: 'a', service_accounts: [{ id: 'sa_a', name: 'a', api_keys: [{ id: 'key_a' }] }] }],
})
const accountKeysUrl = `${projectsUrl}/proj_a/service_accounts/sa_a/api_keys`
const manyScopes = JSON.stringify({ scopes: Array(200_000).fill('a') })
const longScope = JSON.stringify({ scopes: [nestedEscapes(mib - 100)] })

attacks.push(
  ['an unsupported value of 1 MiB', 400, [post(projectsUrl, `{"name":"a","residency":"${'%25'.repeat(340_000)}"}`)]],
  ['a project id of nested percent-encoding', 404, [{ path: `${projectsUrl}/${nestedEscapes(15 * kib)}` }]],
  ['an audit query of thousands of ids', 200, [{ path: `${auditUrl}?${'actor_ids[]=a&'.repeat(1000)}` }]],
  [
    'an audit query of thousands of different ids in all filters',
    200,
    [
      ...repeated(30, create('{"name":"a"}')),
      {
        path: `${auditUrl}?${[...Array(300).keys()].map((n) => `actor_ids[]=${n}&resource_ids[]=${n}&project_ids[]=${n}`).join('&')}`,
      },
    ],
  ],
  ['a key of hundreds of thousands of scopes', 200, [withAccount, post(accountKeysUrl, manyScopes)]],
  [
    'the audit log and the export of a key of hundreds of thousands of scopes',
    200,
    [withAccount, post(accountKeysUrl, manyScopes), { path: auditUrl }, { path: '/_emulator/state' }],
  ],
  [
    'the audit log and the export of a scope of nested percent-encoding',
    200,
    [withAccount, post(accountKeysUrl, longScope), { path: auditUrl }, { path: '/_emulator/state' }],
  ],
  [
    'a list of projects with names of 1 MiB of nested percent-encoding',
    200,
    [...repeated(3, post(projectsUrl, `{"name":"${nestedEscapes(mib - 100)}"}`)), { path: projectsUrl }],
  ],
)

describe('no request blocks the server for more than 100 ms', () => {
  test.each(attacks)('%s', async (_name, status, requests) => {
    const { url } = await serve()
    // Loads what is loaded on demand.
    await send(url, { method: 'POST', path: '/_emulator/reset' })
    const worst = await measureWorstGap(url, async () => {
      const statuses: number[] = []
      for (const request of requests) statuses.push((await send(url, request)).status)
      expect(statuses.at(-1)).toBe(status)
    })
    expect(worst).toBeLessThanOrEqual(longestGapMs)
  })

  test.each(preparedAttacks)('%s', async (_name, status, preparation, request) => {
    const { url } = await serve()
    for (const each of preparation) await send(url, each)
    const worst = await measureWorstGap(url, async () => expect((await send(url, request)).status).toBe(status))
    expect(worst).toBeLessThanOrEqual(longestGapMs)
  })

  test('archiving a project that has hundreds of thousands of keys', async () => {
    const { url } = await serve()
    const project = {
      id: 'proj_a',
      name: 'a',
      service_accounts: [{ name: 'b', api_keys: [{ generate: 300_000, name: 'key {n}' }] }],
    }
    expect((await send(url, importState({ projects: [project] }))).status).toBe(200)
    expect((await send(url, { method: 'PUT', path: '/_emulator/snapshots/s' })).status).toBe(200)
    const path = '/v1/organization/projects/proj_a'
    const worst = await measureWorstGap(
      url,
      async () => {
        expect((await send(url, { method: 'POST', path: `${path}/archive` })).status).toBe(200)
        expect(JSON.parse((await send(url, { path: `${path}/api_keys` })).text).data).toEqual([])
      },
      async () => void (await send(url, { method: 'POST', path: '/_emulator/snapshots/s/restore' })),
    )
    expect(worst).toBeLessThanOrEqual(longestGapMs)
  })

  test('a list of snapshots that have a million keys together', async () => {
    const { url } = await serve()
    const keys = [{ generate: 20_000, name: 'key {n}' }]
    expect((await send(url, importState({ keys }))).status).toBe(200)
    for (let n = 0; n < 50; n++) {
      expect((await send(url, { method: 'PUT', path: `/_emulator/snapshots/s${n}` })).status).toBe(200)
    }
    const worst = await measureWorstGap(url, async () => {
      const { text } = await send(url, { path: '/_emulator/snapshots' })
      expect(JSON.parse(text).data.map((snapshot: { keys: number }) => snapshot.keys)).toEqual(Array(50).fill(20_001))
    })
    expect(worst).toBeLessThanOrEqual(longestGapMs)
  })

  test('a list of sandboxes that have two million keys', async () => {
    const { url } = await serve()
    const keys = [{ generate: 250_000, name: 'key {n}' }]
    expect((await send(url, importState({ keys }))).status).toBe(200)
    const copies = Array.from({ length: 7 }, (_, n) => `copy-${n}`)
    for (const name of copies) {
      const body = JSON.stringify({ name, from: { sandbox: 'default' } })
      expect((await send(url, { method: 'POST', path: '/_emulator/sandboxes', body })).status).toBe(201)
    }
    const list = async () => {
      const { status, text } = await send(url, { path: '/_emulator/sandboxes' })
      expect(status).toBe(200)
      expect(JSON.parse(text).data.map((sandbox: { keys: number }) => sandbox.keys >= 250_001)).toEqual(
        Array(8).fill(true),
      )
    }
    const changeAll = async () => {
      for (const name of ['default', ...copies]) {
        const created = await send(url, { ...create('{"name":"another"}'), path: `/sandbox/${name}${keysUrl}` })
        expect(created.status).toBe(200)
      }
    }
    expect(await measureWorstGap(url, list, changeAll)).toBeLessThanOrEqual(longestGapMs)
  })

  test('the removal of dozens of stored sandboxes', async () => {
    const { url } = await serve(['--data', createTemporaryFolder()])
    const worst = await measureWorstGap(
      url,
      async () => expect((await send(url, { method: 'DELETE', path: '/_emulator/sandboxes' })).status).toBe(200),
      async () => {
        for (let n = 0; n < 50; n++) await send(url, { path: `/sandbox/s${n}${keysUrl}` })
      },
    )
    expect(worst).toBeLessThanOrEqual(longestGapMs)
  })
})

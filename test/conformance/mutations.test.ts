import { expect, test } from 'vitest'
import { probes } from '../../src/conformance/probes/index.ts'
import { adminKey, keysUrl, startApp } from '../support/app.ts'
import { probeServer } from '../support/run-probes.ts'
import { type ProxiedResponse, startFakeServer, startTamperingProxy, type Tamper } from '../support/tampering-proxy.ts'

// biome-ignore lint/suspicious/noExplicitAny: a mutation may change a body in any way
type Body = any

/** Changes the bodies of successful responses to the matching requests. */
const changeBody = (change: (body: Body) => unknown, method = /./, url = /./): Tamper => ({
  response(response, request) {
    if (response.status >= 300 || !method.test(request.method) || !url.test(request.url)) return
    response.text = JSON.stringify(change(JSON.parse(response.text)))
  },
})

const changeError = (status: number, change: (error: Body) => unknown): Tamper => ({
  response(response) {
    if (response.status === status) response.text = JSON.stringify({ error: change(JSON.parse(response.text).error) })
  },
})

const changeHeaders = (change: (headers: ProxiedResponse['headers']) => void): Tamper => ({
  response: ({ headers }) => change(headers),
})

const rejectRequests = (status: number, matches: (body: string, contentType: string) => boolean): Tamper => ({
  response(response, { body, headers }) {
    if (matches(body.toString('latin1'), String(headers['content-type'])))
      Object.assign(response, { status, text: '{}' })
  },
})

const changeListedKeys = (change: (key: Body) => unknown) =>
  changeBody((list) => ({ ...list, data: list.data.map(change) }), /GET/, /admin_api_keys(\?|$)/)
const changeRetrievedKey = (change: (key: Body) => unknown) => changeBody(change, /GET/, /admin_api_keys\/key_/)
const changeCreatedKey = (change: (key: Body) => unknown) => changeBody(change, /POST/)

const reverseFields = (object: object) => Object.fromEntries(Object.entries(object).reverse())

const scannerMark = Buffer.from('OpenAI').toString('base64')

/** Repeats the first response to a create with an Idempotency-Key. */
function honorIdempotencyKey(): Tamper {
  let firstText: string | undefined
  return {
    response(response, { headers }) {
      if (headers['idempotency-key'] === undefined) return
      firstText ??= response.text
      response.text = firstText
    },
  }
}

/** Ignores a cursor whose key was deleted. */
function ignoreDeletedCursors(): Tamper {
  const deletedIds: string[] = []
  return {
    request(request) {
      if (request.method === 'DELETE') deletedIds.push(request.url.split('/').at(-1) ?? '')
      for (const id of deletedIds) request.url = request.url.replace(`after=${id}`, '')
    },
  }
}

/** Lists newest first, but keys with the same `created_at` oldest first. */
const sortBySecondOnly = changeBody(
  (list) => ({ ...list, data: [...list.data].reverse().sort((a, b) => b.created_at - a.created_at) }),
  /GET/,
  /order=desc/,
)

const mutations: [description: string, tamper: Tamper, probes: string[]][] = [
  [
    'has_more true on the last page',
    changeBody((list) => ({ ...list, has_more: true }), /GET/, /after=/),
    ['list-after-last', 'after-descending'],
  ],
  [
    'has_more false on the first page',
    changeBody((list) => ({ ...list, has_more: false }), /GET/, /limit=\d\b/),
    ['list-has-more', 'list-all-pages'],
  ],
  ['descending order by the second only', sortBySecondOnly, ['order-of-creation']],
  ['a deleted cursor that starts over', ignoreDeletedCursors(), ['after-deleted']],
  ['a value in a retrieved key', changeRetrievedKey((key) => ({ ...key, value: 'sk-admin-x' })), ['retrieve']],
  ['expires_at omitted when null', changeListedKeys(({ expires_at: _, ...key }) => key), ['key-fields']],
  [
    'a limit off by one',
    { request: (request) => (request.url = request.url.replace('limit=1', 'limit=2')) },
    ['limit-one'],
  ],
  ['500 for invalid UTF-8', rejectRequests(500, (body) => body.includes('\xff')), ['body-not-utf8']],
  [
    'last_used_at not set',
    changeRetrievedKey((key) => ({ ...key, last_used_at: null })),
    ['last-used', 'last-used-in-same-request', 'last-used-by-failed-request'],
  ],
  [
    'any token accepted',
    { request: ({ headers }) => (headers['authorization'] &&= `Bearer ${adminKey}`) },
    ['auth-wrong', 'delete-ends-authentication'],
  ],
  [
    'a charset in content-type',
    changeHeaders((headers) => (headers['content-type'] = 'application/json; charset=utf-8')),
    ['header-content-type', 'header-on-404', 'create'],
  ],
  [
    '201 for a create',
    {
      response: (response, { method }) => {
        if (method === 'POST' && response.status === 200) response.status = 201
      },
    },
    ['create', 'create-charset'],
  ],
  [
    'rate-limit headers',
    changeHeaders((headers) => (headers['x-ratelimit-limit-requests'] = '7')),
    ['header-rate-limits'],
  ],
  [
    'no www-authenticate header',
    changeHeaders((headers) => delete headers['www-authenticate']),
    ['header-challenge', 'header-challenge-to-wrong-key'],
  ],
  [
    'openai-organization without authentication',
    changeHeaders((headers) => (headers['openai-organization'] = 'org-x')),
    ['header-organization', 'header-without-key', 'header-with-wrong-key'],
  ],
  [
    'a different openai-version',
    changeHeaders((headers) => (headers['openai-version'] = '2026-01-01')),
    ['header-version'],
  ],
  [
    'the same request id for all responses',
    changeHeaders((headers) => (headers['x-request-id'] = `req_${'0'.repeat(32)}`)),
    ['header-request-id-unique'],
  ],
  [
    'no request ids',
    changeHeaders((headers) => delete headers['x-request-id']),
    ['header-request-id', 'header-request-id-unique', 'header-on-404', 'header-without-key'],
  ],
  ['malformed request ids', changeHeaders((headers) => (headers['x-request-id'] = 'abc')), ['header-request-id']],
  [
    'a reason header on success',
    changeHeaders((headers) => (headers['x-emulator-reason'] = 'none')),
    ['header-no-reason'],
  ],
  [
    'no reason header on 404',
    {
      response: ({ status, headers }) => {
        if (status === 404) delete headers['x-emulator-reason']
      },
    },
    ['header-reason'],
  ],
  [
    'wrong keys in full in the message',
    changeError(401, (error) => ({ ...error, message: error.message.replace(/\*+/, 'x') })),
    ['auth-wrong', 'auth-wrong-13-characters'],
  ],
  [
    'short keys masked',
    changeError(401, (error) => ({ ...error, message: error.message.replace('conform-1234.', '****.') })),
    ['auth-wrong-12-characters'],
  ],
  [
    'a code for every 401',
    changeError(401, (error) => ({ ...error, code: 'invalid_api_key' })),
    ['auth-missing', 'auth-basic'],
  ],
  [
    'a different error message',
    changeError(404, (error) => ({ ...error, message: 'No such key' })),
    ['retrieve-unknown', 'delete-twice'],
  ],
  ['error fields in a different order', changeError(400, reverseFields), ['order-unknown', 'name-missing']],
  [
    'an additional field beside the error',
    {
      response: (response) => {
        if (response.status === 400) response.text = response.text.replace(/}$/, ',"more":1}')
      },
    },
    ['order-unknown'],
  ],
  [
    'whitespace in JSON',
    {
      response: (response) => {
        if (response.text !== '') response.text = JSON.stringify(JSON.parse(response.text), null, 1)
      },
    },
    ['list-compact', 'list-after-last', 'create'],
  ],
  ['key fields in a different order', changeListedKeys(reverseFields), ['key-fields']],
  [
    'owner fields in a different order',
    changeListedKeys((key) => ({ ...key, owner: reverseFields(key.owner) })),
    ['owner-fields'],
  ],
  [
    'owners with the wrong object',
    changeListedKeys((key) => ({ ...key, owner: { ...key.owner, object: 'organization.service_account' } })),
    ['owner-object'],
  ],
  [
    'owners with the wrong role',
    changeListedKeys((key) => ({ ...key, owner: { ...key.owner, role: 'member' } })),
    ['owner-role'],
  ],
  [
    'values that secret scanners detect',
    changeCreatedKey((key) => ({ ...key, value: key.value.replace(/.{8}$/, scannerMark) })),
    ['create-value-unmarked', 'create-redacted-value'],
  ],
  ['short values', changeCreatedKey((key) => ({ ...key, value: key.value.slice(0, 50) })), ['create-value']],
  [
    'a different owner for each created key',
    changeCreatedKey((key) => ({ ...key, owner: { ...key.owner, id: key.id } })),
    ['owner-of-created'],
  ],
  ['unknown fields rejected', rejectRequests(400, (body) => body.includes('foo')), ['create-unknown-field']],
  ['__proto__ rejected', rejectRequests(400, (body) => body.includes('__proto__')), ['create-proto-field']],
  [
    'charsets rejected',
    rejectRequests(415, (_body, contentType) => contentType.includes('charset')),
    ['create-charset'],
  ],
  ['idempotency keys honored', honorIdempotencyKey(), ['create-idempotency-key']],
  [
    'no route without /v1',
    { request: (request) => (request.url = request.url.replace(/^\/organization/, '/none')) },
    ['route-with-and-without-v1'],
  ],
]

const replaceInUrl = (from: string | RegExp, to: string): Tamper => ({
  request: (request) => (request.url = request.url.replace(from, to)),
})

/** Has an archival respond with the project as it is. */
const ignoreArchivals = (count: number): Tamper => {
  let remaining = count
  return {
    request(request) {
      if (!request.url.endsWith('/archive') || remaining-- <= 0) return
      Object.assign(request, { method: 'GET', url: request.url.replace('/archive', '') })
    },
  }
}

mutations.push(
  ['include_archived ignored', replaceInUrl('include_archived=yes', ''), ['projects-include-archived-word']],
  ['archivals that do not happen', ignoreArchivals(1), ['archive']],
  ['before ignored', replaceInUrl('before=', 'x='), ['audit-before', 'audit-before-unknown']],
  ['event types ignored', replaceInUrl('event_types[]=', 'x='), ['audit-type-unknown', 'audit-filter-type']],
  ['times of events ignored', replaceInUrl('effective_at[gt]=', 'x='), ['audit-filter-later', 'audit-time-word']],
  [
    'resources of events ignored',
    replaceInUrl('resource_ids[]=', 'x='),
    ['audit-filter-without-match', 'audit-account', 'audit-admin-key'],
  ],
  [
    'events oldest first',
    changeBody((list) => ({ ...list, data: list.data.reverse() }), /GET/, /audit_logs/),
    ['audit-newest-first', 'audit-list-ends'],
  ],
  [
    'events without details',
    changeBody(
      (list) => ({ ...list, data: list.data.map(({ id, type, effective_at }: Body) => ({ id, type, effective_at })) }),
      /GET/,
      /audit_logs/,
    ),
    ['audit-details', 'audit-project'],
  ],
  [
    'access ignored',
    replaceInUrl('owner_project_access=', 'x='),
    ['project-keys-access-inactive', 'project-keys-access-unknown'],
  ],
  [
    'values in retrieved project keys',
    changeBody((key) => ({ ...key, value: 'sk-svcacct-x' }), /GET/, /api_keys\/key_/),
    ['project-key-retrieve'],
  ],
  [
    'models for every key',
    { request: (request) => (request.url = request.url.replace('/models', '/organization/projects')) },
    ['models', 'models-with-admin-key'],
  ],
  ['project fields in a different order', changeBody(reverseFields, /POST/, /projects$/), ['project-create']],
  [
    'keys of accounts without expiry',
    changeBody(
      (account) => ({ ...account, api_key: { ...account.api_key, expires_at: null } }),
      /POST/,
      /service_accounts$/,
    ),
    ['account-create-expiring'],
  ],
  ['404 for an invalid role', rejectRequests(404, (body) => body.includes('king')), ['account-update-role-unknown']],
)

test.each(mutations)(
  'the mutation "%s" is detected by every probe listed for it',
  async (_description, tamper, expected) => {
    // Frozen, so that the keys of a probe are created in the same second on a busy machine, too.
    const seed = `clock: { frozen: true }\nkeys: [{ generate: 4, name: "{n}" }]${organizationSeed}`
    const { listen } = await startApp({ seed })
    const { url } = await startTamperingProxy(await listen(), tamper)
    const { resultOf, report, leftoverIds } = await probeServer(`${url}/v1`, { write: true, only: expected })
    for (const probe of expected) expect(resultOf(probe), probe).toMatchObject({ verdict: 'differs' })
    expect([report.failed, leftoverIds]).toEqual([0, []])
  },
)

test('a server that lists archived projects as active ones is detected, and they count as not archived', async () => {
  const { listen } = await startApp()
  const tamper = replaceInUrl(/projects\?limit=100$/, 'projects?limit=100&include_archived=true')
  const { url } = await startTamperingProxy(await listen(), tamper)
  const { resultOf, report } = await probeServer(`${url}/v1`, { write: true, only: ['archive-hides-project'] })
  expect(resultOf('archive-hides-project')).toMatchObject({ verdict: 'differs' })
  expect(report).toMatchObject({ projects_created: 1, projects_not_archived: 1 })
})

test('a proxy that changes nothing conforms, except for invalid HTTP', async () => {
  const { listen } = await startApp({ seed: ['lifecycle'] })
  const { url } = await startTamperingProxy(await listen())
  const { differing } = await probeServer(`${url}/v1`, { write: true })
  // Node responds to these in the proxy, so they do not reach the emulator.
  expect(differing).toEqual(['http-malformed', 'http-unknown-method', 'http-headers-too-large'])
})

/** Starts a server that lists projects, accounts, keys and events, and responds to everything else with the status. */
async function startOrganizationServer(status: number): Promise<string> {
  const { call } = await startApp({ seed: organizationSeed })
  const project = '/v1/organization/projects/proj_a'
  const lists = new Map<string, string>()
  for (const path of [keysUrl, '/v1/organization/projects', `${project}/service_accounts`, `${project}/api_keys`])
    lists.set(path, (await call('GET', `${path}?limit=100`)).text)
  lists.set('/v1/organization/audit_logs', (await call('GET', '/v1/organization/audit_logs?limit=100')).text)
  const listOf = (url: string) => {
    const [path = '', query = ''] = url.split('?')
    const isPage = query === 'limit=100' || query === 'limit=100&include_archived=true' || path === keysUrl
    return isPage ? lists.get(path.replace(/proj_new|proj_default/, 'proj_a')) : undefined
  }
  const other = '{"id":"proj_new","name":"n","api_key":{"id":"key_n","value":"sk-svcacct-n"}}'
  return startFakeServer(
    (url) => listOf(url) ?? other,
    (url) => (listOf(url) === undefined && !/projects$|service_accounts$/.test(url) ? status : 200),
  )
}

const organizationSeed = `
projects:
  - id: proj_a
    name: a
    service_accounts: [{ id: sa_a, name: a, api_keys: [{}, {}] }, { name: b, role: none, api_keys: [{}] }]
audit_logs: [{ type: login.succeeded }, { type: project.created, effective_at: -1h }]`

test('every probe differs for at least one mutation or fake server', async () => {
  const failing = new Set(mutations.flatMap(([, , detecting]) => detecting))
  const collectFailing = async (baseUrl: string) => {
    for (const name of (await probeServer(baseUrl, { write: true, includesExpiry: true })).differing) failing.add(name)
  }
  for (const generate of [1, 99, 120]) {
    const { call } = await startApp({ seed: `keys: [{ generate: ${generate}, name: "{n}" }]` })
    const list = (await call('GET', `${keysUrl}?limit=100`)).text
    const isListRequest = (url: string) => /admin_api_keys(\?limit=100)?$/.test(url)
    const bodyFor = (url: string) => (isListRequest(url) ? list : '{"id":"key_other"}')
    await collectFailing(await startFakeServer(bodyFor))
    await collectFailing(await startFakeServer(bodyFor, (url) => (isListRequest(url) ? 200 : 500)))
  }
  await collectFailing(await startFakeServer(() => JSON.stringify({ data: Array(101).fill({}) })))
  for (const status of [200, 500]) await collectFailing(await startOrganizationServer(status))
  expect(probes.map(({ name }) => name).filter((name) => !failing.has(name))).toEqual([])
})

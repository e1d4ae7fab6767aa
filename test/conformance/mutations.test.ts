import { expect, test } from 'vitest'
import { probes } from '../../src/conformance/probes/index.ts'
import { adminKey, keysUrl, startApp } from '../support/app.ts'
import { probe } from '../support/run-probes.ts'
import { type Bend, type Coming, startCrooked, startForeign } from '../support/tampering-proxy.ts'

// biome-ignore lint/suspicious/noExplicitAny: a body is bent in any way there is
type Body = any

/** Bends the bodies of answers of 2xx, of those requests that are said. */
const body = (change: (body: Body) => unknown, method = /./, url = /./): Bend => ({
  coming(coming, going) {
    if (coming.status >= 300 || !method.test(going.method) || !url.test(going.url)) return
    coming.text = JSON.stringify(change(JSON.parse(coming.text)))
  },
})

const error = (status: number, change: (error: Body) => unknown): Bend => ({
  coming(coming) {
    if (coming.status === status) coming.text = JSON.stringify({ error: change(JSON.parse(coming.text).error) })
  },
})

const header = (change: (coming: Coming) => void): Bend => ({ coming: change })

const refusing = (status: number, isSo: (sent: string, type: string) => boolean): Bend => ({
  coming(coming, { sent, headers }) {
    if (isSo(sent.toString('latin1'), String(headers['content-type']))) Object.assign(coming, { status, text: '{}' })
  },
})

const listed = (change: (key: Body) => unknown) =>
  body((list) => ({ ...list, data: list.data.map(change) }), /GET/, /admin_api_keys(\?|$)/)
const retrieved = (change: (key: Body) => unknown) => body(change, /GET/, /admin_api_keys\/key_/)
const created = (change: (key: Body) => unknown) => body(change, /POST/)

const reversed = (object: object) => Object.fromEntries(Object.entries(object).reverse())

const mark = Buffer.from('OpenAI').toString('base64')

/** One answer to every create that has the same Idempotency-Key. */
function idempotent(): Bend {
  let first: string | undefined
  return {
    coming(coming, { headers }) {
      if (headers['idempotency-key'] === undefined) return
      first ??= coming.text
      coming.text = first
    },
  }
}

/** A cursor whose key was deleted is none. */
function forgetful(): Bend {
  const deleted: string[] = []
  return {
    going(going) {
      if (going.method === 'DELETE') deleted.push(going.url.split('/').at(-1) ?? '')
      for (const id of deleted) going.url = going.url.replace(`after=${id}`, '')
    },
  }
}

/** Newest first, but within a second oldest first. */
const bySecond = body(
  (list) => ({ ...list, data: [...list.data].reverse().sort((a, b) => b.created_at - a.created_at) }),
  /GET/,
  /order=desc/,
)

const bends: [what: string, bend: Bend, found: string[]][] = [
  [
    'more on the last page',
    body((list) => ({ ...list, has_more: true }), /GET/, /after=/),
    ['list-past-the-end', 'after-descending'],
  ],
  [
    'no more on the first',
    body((list) => ({ ...list, has_more: false }), /GET/, /limit=\d\b/),
    ['list-has-more', 'list-walk'],
  ],
  ['desc by the second alone', bySecond, ['order-of-making']],
  ['a deleted cursor that starts over', forgetful(), ['after-deleted']],
  ['a value in retrieve', retrieved((key) => ({ ...key, value: 'sk-admin-x' })), ['retrieve']],
  ['expires_at left out when null', listed(({ expires_at: _, ...key }) => key), ['key-fields']],
  ['a limit off by one', { going: (going) => (going.url = going.url.replace('limit=1', 'limit=2')) }, ['limit-one']],
  ['500 on bad UTF-8', refusing(500, (sent) => sent.includes('\xff')), ['body-not-utf8']],
  [
    'last_used_at not set',
    retrieved((key) => ({ ...key, last_used_at: null })),
    ['use', 'use-at-once', 'use-that-failed'],
  ],
  [
    'any key taken',
    { going: (going) => (going.headers['authorization'] &&= `Bearer ${adminKey}`) },
    ['auth-wrong', 'delete-ends-authentication'],
  ],
  [
    'a charset',
    header((coming) => (coming.headers['content-type'] = 'application/json; charset=utf-8')),
    ['header-content-type', 'header-on-404', 'create'],
  ],
  [
    '201 for a create',
    {
      coming: (coming, { method }) => {
        if (method === 'POST' && coming.status === 200) coming.status = 201
      },
    },
    ['create', 'create-charset'],
  ],
  [
    'rate-limit headers',
    header((coming) => (coming.headers['x-ratelimit-limit-requests'] = '7')),
    ['header-rate-limits'],
  ],
  [
    'no challenge',
    header((coming) => delete coming.headers['www-authenticate']),
    ['header-challenge', 'header-challenge-to-wrong-key'],
  ],
  [
    'the organization told to anybody',
    header((coming) => (coming.headers['openai-organization'] = 'org-x')),
    ['header-organization', 'header-without-key', 'header-with-wrong-key'],
  ],
  ['another version', header((coming) => (coming.headers['openai-version'] = '2026-01-01')), ['header-version']],
  [
    'one request id for all',
    header((coming) => (coming.headers['x-request-id'] = `req_${'0'.repeat(32)}`)),
    ['header-request-id-new'],
  ],
  [
    'no request ids',
    header((coming) => delete coming.headers['x-request-id']),
    ['header-request-id', 'header-request-id-new', 'header-on-404', 'header-without-key'],
  ],
  ['request ids of another form', header((coming) => (coming.headers['x-request-id'] = 'abc')), ['header-request-id']],
  ['a reason for success', header((coming) => (coming.headers['x-emulator-reason'] = 'none')), ['header-no-reason']],
  [
    'no reason for 404',
    header((coming) => {
      if (coming.status === 404) delete coming.headers['x-emulator-reason']
    }),
    ['header-reason'],
  ],
  [
    'wrong keys told whole',
    error(401, (told) => ({ ...told, message: told.message.replace(/\*+/, 'x') })),
    ['auth-wrong', 'auth-wrong-of-13'],
  ],
  [
    'short keys masked',
    error(401, (told) => ({ ...told, message: told.message.replace('conform-1234.', '****.') })),
    ['auth-wrong-of-12'],
  ],
  ['a code for every 401', error(401, (told) => ({ ...told, code: 'invalid_api_key' })), ['auth-none', 'auth-basic']],
  [
    'a sentence of its own',
    error(404, (told) => ({ ...told, message: 'No such key' })),
    ['retrieve-unknown', 'delete-twice'],
  ],
  ['another order in errors', error(400, reversed), ['order-unknown', 'name-missing']],
  [
    'something beside the error',
    {
      coming: (coming) => {
        if (coming.status === 400) coming.text = coming.text.replace(/}$/, ',"more":1}')
      },
    },
    ['order-unknown'],
  ],
  [
    'blanks in JSON',
    {
      coming: (coming) => {
        if (coming.text !== '') coming.text = JSON.stringify(JSON.parse(coming.text), null, 1)
      },
    },
    ['list-compact', 'list-past-the-end', 'create'],
  ],
  ['another order of fields', listed(reversed), ['key-fields']],
  ['owners of another order', listed((key) => ({ ...key, owner: reversed(key.owner) })), ['owner-fields']],
  [
    'owners of another object',
    listed((key) => ({ ...key, owner: { ...key.owner, object: 'organization.service_account' } })),
    ['owner-object'],
  ],
  ['owners of another role', listed((key) => ({ ...key, owner: { ...key.owner, role: 'member' } })), ['owner-role']],
  [
    'values that a scanner takes for real',
    created((key) => ({ ...key, value: key.value.replace(/.{8}$/, mark) })),
    ['create-value-unmarked', 'create-redacted-value'],
  ],
  ['short values', created((key) => ({ ...key, value: key.value.slice(0, 50) })), ['create-value']],
  ['owners of their own', created((key) => ({ ...key, owner: { ...key.owner, id: key.id } })), ['owner-of-created']],
  ['unknown fields refused', refusing(400, (sent) => sent.includes('foo')), ['create-unknown-field']],
  ['__proto__ refused', refusing(400, (sent) => sent.includes('__proto__')), ['create-proto-field']],
  ['charsets refused', refusing(415, (_sent, type) => type.includes('charset')), ['create-charset']],
  ['idempotency', idempotent(), ['create-idempotency-key']],
  [
    'no route without /v1',
    { going: (going) => (going.url = going.url.replace(/^\/organization/, '/none')) },
    ['route-with-and-without-v1'],
  ],
]

test.each(bends)('%s: found', async (_what, bend, found) => {
  const { listen } = await startApp({ seed: 'keys: [{ generate: 4, name: "{n}" }]' })
  const { url } = await startCrooked(await listen(), bend)
  const { of, report, left } = await probe(`${url}/v1`, { write: true, only: found })
  for (const each of found) expect(of(each), each).toMatchObject({ verdict: 'differs' })
  expect([report.failed, left]).toEqual([0, []])
})

test('what hands everything on as it is, is as it should be', async () => {
  const { listen } = await startApp({ seed: ['lifecycle'] })
  const { url } = await startCrooked(await listen())
  const { differing } = await probe(`${url}/v1`, { write: true })
  // It is Node that answers these, and not the emulator behind it.
  expect(differing).toEqual(['http-malformed', 'http-unknown-method', 'http-headers-too-large'])
})

test('every probe can fail', async () => {
  const failing = new Set(bends.flatMap(([, , found]) => found))
  const look = async (base: string) => {
    for (const name of (await probe(base, { write: true, isPatient: true })).differing) failing.add(name)
  }
  for (const generate of [1, 99, 120]) {
    const { call } = await startApp({ seed: `keys: [{ generate: ${generate}, name: "{n}" }]` })
    const list = (await call('GET', `${keysUrl}?limit=100`)).text
    const isSpared = (url: string) => /admin_api_keys(\?limit=100)?$/.test(url)
    const say = (url: string) => (isSpared(url) ? list : '{"id":"key_other"}')
    await look(await startForeign(say))
    await look(await startForeign(say, (url) => (isSpared(url) ? 200 : 500)))
  }
  await look(await startForeign(() => JSON.stringify({ data: Array(101).fill({}) })))
  expect(probes.map(({ name }) => name).filter((name) => !failing.has(name))).toEqual([])
})

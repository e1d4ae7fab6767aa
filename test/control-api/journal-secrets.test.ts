import { describe, expect, test } from 'vitest'
import { unescapeAll } from '../model/harness/escaping.ts'
import { keysUrl, startApp, type TestOptions } from '../support/app.ts'

/** Starts an app in which any token authenticates, with a function that returns the last journal entry and its text. */
async function startWithJournal(options: TestOptions = {}) {
  const app = await startApp({ seed: 'behavior: { auth: any }', ...options })
  const lastEntry = async (sandbox = 'default') => {
    const url = sandbox === 'default' ? '/_emulator/journal' : `/sandbox/${sandbox}/_emulator/journal`
    const entry = (await app.call('GET', url, { as: null })).body.data.at(-1)
    return { entry, text: JSON.stringify(entry) }
  }
  return { ...app, lastEntry }
}

describe('the journal hides whole headers that carry credentials', () => {
  test.each(['cookie', 'set-cookie', 'x-api-key', 'api-key', 'proxy-authorization'])('%s', async (name) => {
    const { call, lastEntry } = await startWithJournal()
    await call('GET', keysUrl, { headers: { [name]: 'Basic hunter2; theme=dark' } })
    const { entry, text } = await lastEntry()
    expect(entry.headers[name]).toBe('[redacted]')
    expect(text).not.toContain('hunter2')
  })
})

describe('the journal shows no key of a malformed Authorization header', () => {
  const key = `sk-proj-${'R3AL'.repeat(6)}`
  test.each([`${key} x`, `key=${key} z`, `Bearer${key} x`, `apikey:${key} z`, `${key}`, `Custom ${key}`, ` ${key} x`])(
    '%s',
    async (authorization) => {
      const { call, lastEntry } = await startWithJournal()
      await call('GET', keysUrl, { as: null, headers: { authorization } })
      const { entry, text } = await lastEntry()
      expect(entry.headers.authorization).toMatch(/^(sk-proj-\.\.\..{3}|\[redacted\])$/)
      expect(text).not.toContain('R3AL')
    },
  )

  test.each(['Bearer', 'basic', 'Digest', 'NEGOTIATE', 'Token', 'ApiKey'])('but the scheme %s', async (scheme) => {
    const { call, lastEntry } = await startWithJournal()
    await call('GET', keysUrl, { as: null, headers: { authorization: `${scheme} ${key}` } })
    expect((await lastEntry()).entry.headers.authorization).toBe(`${scheme} sk-proj-...3AL`)
  })
})

describe('the journal hides a long token that reaches beyond the part of a body that is searched', () => {
  const token = `eyJ${'h3ader'.repeat(333)}`
  test.each([
    ['plain', token],
    ['written with \\u escapes', token.replace(/./g, (each) => `\\u00${each.charCodeAt(0).toString(16)}`)],
  ])('%s', async (_name, written) => {
    const { call, lastEntry } = await startWithJournal()
    for (const start of [14_300, 15_400, 16_000, 16_380]) {
      const rawBody = `{"name":5,"filler":"${'-'.repeat(start)}","note":"${written}${'-'.repeat(20_000)}"}`
      await call('POST', keysUrl, { as: token, rawBody })
      const { entry } = await lastEntry()
      expect(entry.body).toContain('-------')
      expect(unescapeAll(entry.body)).not.toContain('h3aderh3ader')
    }
  })
})

const escapeAll = (text: string) =>
  [...text].map((each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')

const encodings: [name: string, encode: (text: string) => string][] = [
  ['\\u escapes', escapeAll],
  [
    '\\u escapes with capital digits',
    (text) => escapeAll(text).replace(/\\u(.*?)(?=\\|$)/g, (_, hex) => `\\u${hex.toUpperCase()}`),
  ],
  ['\\u escapes in JSON within JSON', (text) => JSON.stringify(escapeAll(text)).slice(1, -1)],
  ['escaped \\u escapes', (text) => escapeAll(text).replaceAll('\\', '\\u005c')],
  ['percent-encoded \\u escapes', (text) => escapeAll(text).replaceAll('\\', '%5C')],
  [
    '\\u escapes of percent-encoding',
    (text) => escapeAll(text.replace(/./g, (each) => `%${each.charCodeAt(0).toString(16)}`)),
  ],
  ['escaped slashes', (text) => JSON.stringify(text).slice(1, -1).replaceAll('/', '\\/')],
]

describe.each(['hunter2-hunter2', 'a.token=/with+signs~', 'quoted"token', `sk-admin-${'s3cret'.repeat(8)}`])(
  'the journal hides the presented token %s',
  (token) => {
    test.each(encodings)('in a body, written with %s', async (_name, encode) => {
      const { call, lastEntry } = await startWithJournal()
      await call('POST', keysUrl, { as: token, rawBody: `{"name":5,"kept":"a\\"b","note":"${encode(token)}"}` })
      const { entry } = await lastEntry()
      const shown = token.length < 20 ? '[redacted]' : `${token.slice(0, 8)}...${token.slice(-3)}`
      expect(JSON.parse(entry.body)).toEqual({ name: 5, kept: 'a"b', note: shown })
    })

    test.each(encodings)('in a query and a header, written with %s', async (_name, encode) => {
      const { call, lastEntry } = await startWithJournal()
      const text = encode(token)
      await call('GET', `${keysUrl}?x=${encodeURIComponent(text)}`, { as: token, headers: { 'x-note': text } })
      const { entry } = await lastEntry()
      const shown = token.length < 20 ? '[redacted]' : `${token.slice(0, 8)}...${token.slice(-3)}`
      expect([entry.query.x, entry.headers['x-note']]).toEqual([shown, shown])
      expect(entry.url).toContain(shown)
    })
  },
)

test.each(encodings)('the journal hides a token with a backslash, written with %s', async (_name, encode) => {
  const token = 'back\\slash"token'
  const { call, lastEntry } = await startWithJournal()
  const text = encode(token)
  await call('POST', `${keysUrl}?x=${encodeURIComponent(text)}`, { as: token, rawBody: `{"name":5,"note":"${text}"}` })
  const { entry } = await lastEntry()
  for (const shown of [entry.body, entry.query.x, entry.url]) {
    expect(shown).toContain('[redacted]')
    expect(unescapeAll(shown).replaceAll('\\', '')).not.toContain('backslash')
  }
})

test('a body without a secret is journaled as it was sent, escapes included', async () => {
  const { call, lastEntry } = await startWithJournal()
  const rawBody = '{"name":5,"note":"\\u0061\\\\u0062\\/%41 \\"c\\""}'
  await call('POST', keysUrl, { as: 'hunter2-hunter2', rawBody })
  expect((await lastEntry()).entry.body).toBe(rawBody)
})

test('the journal of a sandbox that is named like a key does not show its name', async () => {
  const { call, lastEntry } = await startWithJournal()
  const name = `sk-admin-${'n4me'.repeat(12)}`
  await call('GET', `/sandbox/${name}${keysUrl}`)
  const { entry, text } = await lastEntry(name)
  expect(entry.url).toBe(`/sandbox/sk-admin...4me${keysUrl}`)
  expect(text).not.toContain('n4men4me')
})

test.each(['Token hunter2-hunter2', 'Bearer\thunter2-hunter2', 'hunter2-hunter2', 'Basic hunter2-hunter2'])(
  'a credential is hidden wherever the client repeats it, also in a header of the form "%s"',
  async (authorization) => {
    const { call, lastEntry } = await startWithJournal()
    const options = { as: null, headers: { authorization } }
    const { headers } = await call('GET', `${keysUrl}/hunter2-hunter2?after=hunter2-hunter2`, options)
    expect((await lastEntry()).text).not.toContain('hunter2-hunter2')
    expect(headers['x-emulator-reason']).not.toContain('hunter2-hunter2')
    await call('POST', keysUrl, { ...options, body: { name: 'hunter2-hunter2' } })
    expect((await lastEntry()).text).not.toContain('hunter2-hunter2')
  },
)

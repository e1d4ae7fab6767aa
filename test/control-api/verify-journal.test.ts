import { describe, expect, test } from 'vitest'
import { adminKey, keysUrl, type TestOptions } from '../support/app.ts'
import { sandboxPath, startControlApp } from '../support/control-app.ts'

/** Starts an app, with functions that verify its journal. */
async function startApp(options: TestOptions = {}) {
  const testApp = await startControlApp(options)
  const post = (verification: object, sandbox = 'default') =>
    testApp.control('POST', '/journal/verify', verification, sandbox)
  const verify = async (verification: object, sandbox?: string) => {
    const { status, body } = await post(verification, sandbox)
    expect(status).toBe(200)
    return body
  }
  const ids = async (): Promise<string[]> =>
    (await testApp.control('GET', '/journal')).body.data.map(({ id }: { id: string }) => id)
  return { ...testApp, post, verify, ids }
}

const missing = (count: number, expected: unknown = { at_least: 1 }) => ({ verified: false, count, expected })

describe('verifying the journal', () => {
  test('counts the requests in which every given field is equal', async () => {
    const { call, create, verify } = await startApp()
    const key = await create({ name: 'a', expires_in_seconds: 60 })
    const caller = (await call('GET', keysUrl)).body.data[0].id
    await call('GET', `${keysUrl}/${key.id}`, { as: key.value, headers: { 'X-Test': 'one' } })
    await call('GET', `${keysUrl}/key_x`, { as: null })
    await call('GET', '/v1/unknown')
    const counts: [object, number][] = [
      [{}, 5],
      [{ operation: 'admin-api-keys-get' }, 2],
      [{ operation: 'get' }, 2],
      [{ operation: null }, 1],
      [{ method: 'GET' }, 4],
      [{ method: 'post' }, 1],
      [{ path: keysUrl }, 2],
      [{ path: `${keysUrl}?limit=1` }, 0],
      [{ status: 200 }, 3],
      [{ status: '4xx' }, 2],
      [{ status: null }, 0],
      [{ key_id: key.id }, 2],
      [{ key_id: null }, 2],
      [{ calling_key_id: key.id }, 1],
      [{ calling_key_id: caller, method: 'POST' }, 1],
      [{ header: { 'x-test': 'one' } }, 1],
      [{ header: { 'X-TEST': 'one' } }, 1],
      [{ header: { 'x-test': 'two' } }, 0],
      [{ header: { constructor: 'x' } }, 0],
      [{ json: { expires_in_seconds: 60, name: 'a' } }, 1],
      [{ json: { name: 'a' } }, 0],
      [{ json: null }, 4],
    ]
    for (const [expected, count] of counts) {
      const times = count === 0 ? 0 : count
      expect([expected, await verify({ ...expected, times })]).toEqual([
        expected,
        { verified: true, count, expected: times, closest: [] },
      ])
    }
  })

  test.each<[unknown, boolean]>([
    [undefined, true],
    [2, true],
    [1, false],
    [3, false],
    [0, false],
    [{ at_least: 2 }, true],
    [{ at_least: 3 }, false],
    [{ at_most: 2 }, true],
    [{ at_most: 1 }, false],
    [{ at_least: 1, at_most: 2 }, true],
    [{ at_least: 3, at_most: 4 }, false],
    [{ at_least: 0, at_most: 1 }, false],
  ])('two requests for times %j: verified is %s', async (times, verified) => {
    const { call, verify } = await startApp()
    await call('GET', keysUrl)
    await call('GET', keysUrl)
    await call('GET', '/v1/unknown')
    const result = await verify({ operation: 'list', ...(times === undefined ? {} : { times }) })
    expect(result).toMatchObject({ verified, count: 2, expected: times ?? { at_least: 1 } })
  })

  test.each([
    ['a body of control characters', JSON.stringify({ name: '\u0001'.repeat(2728) })],
    ['a body of large numbers', `[${Array(2700).fill('1e20').join()}]`],
  ])('compares %s that the journal shows in full', async (_description, rawBody) => {
    const { call, verify } = await startApp()
    expect(rawBody.length).toBeGreaterThan(13_000)
    await call('POST', keysUrl, { rawBody })
    expect(await verify({ json: JSON.parse(rawBody), times: 1 })).toMatchObject({ verified: true })
  })

  test('is about the addressed sandbox', async () => {
    const { call, verify } = await startApp()
    await call('GET', sandboxPath('a', keysUrl))
    expect(await verify({ operation: 'list', path: keysUrl, times: 1 }, 'a')).toMatchObject({ verified: true })
    expect(await verify({ operation: 'list' })).toEqual({ ...missing(0), closest: [] })
  })

  test('finds pending requests, whose status is null', async () => {
    const { control, listen, verify } = await startApp()
    const url = await listen()
    await control('POST', '/faults', { operation: 'list', kind: 'hang' })
    const abort = new AbortController()
    const hanging = fetch(url + keysUrl, { headers: { authorization: `Bearer ${adminKey}` }, signal: abort.signal })
    await expect.poll(async () => (await verify({ operation: 'list', status: null })).verified).toBe(true)
    abort.abort()
    await hanging.catch(() => {})
  })
})

describe('the closest entries', () => {
  test('differ in the fewest fields, then in the fewest parts of the body, and are the latest', async () => {
    const { call, verify, ids } = await startApp()
    await call('POST', keysUrl, { body: { name: 'a', expires_in_seconds: 60 }, headers: { 'x-test': '2' } })
    await call('POST', keysUrl, { body: { name: 'a', expires_in_seconds: 61 } })
    await call('POST', keysUrl, { body: { name: 'b', expires_in_seconds: 61 } })
    await call('GET', keysUrl)
    const expected = { operation: 'create', json: { name: 'a', expires_in_seconds: 60 }, header: { 'x-test': '1' } }
    const [first, second, third] = await ids()
    const operation = 'admin-api-keys-create'
    const headerDiffers = (got: string | null) => ({
      field: 'header',
      expected: { 'x-test': '1' },
      got: { 'x-test': got },
    })
    const jsonDiffers = (got: object) => ({ field: 'json', expected: expected.json, got })
    expect(await verify(expected)).toEqual({
      ...missing(0),
      closest: [
        { id: first, differs: [headerDiffers('2')] },
        { id: second, differs: [jsonDiffers({ name: 'a', expires_in_seconds: 61 }), headerDiffers(null)] },
        { id: third, differs: [jsonDiffers({ name: 'b', expires_in_seconds: 61 }), headerDiffers(null)] },
      ],
    })
    await call('GET', keysUrl)
    const differs = [
      { field: 'operation', expected: operation, got: 'admin-api-keys-list' },
      { field: 'status', expected: 201, got: 200 },
    ]
    const [, , , fourth, fifth] = await ids()
    expect((await verify({ operation: 'create', status: 201, key_id: null })).closest.slice(0, 2)).toEqual([
      { id: fifth, differs },
      { id: fourth, differs },
    ])
  })

  test('do not include matching entries, if there are too few', async () => {
    const { call, verify, ids } = await startApp()
    await call('GET', keysUrl)
    await call('GET', '/v1/unknown')
    expect(await verify({ operation: 'list', status: 200, times: 2 })).toEqual({
      ...missing(1, 2),
      closest: [
        {
          id: (await ids())[1],
          differs: [
            { field: 'operation', expected: 'admin-api-keys-list', got: null },
            { field: 'status', expected: 200, got: 404 },
          ],
        },
      ],
    })
  })

  test('are the last ones that match, if there are too many', async () => {
    const { call, verify, ids } = await startApp()
    for (let n = 0; n < 5; n++) await call('GET', keysUrl)
    const last = (await ids()).slice(-3).reverse()
    const closest = last.map((id) => ({ id, differs: [] }))
    expect(await verify({ operation: 'list', times: { at_most: 4 } })).toEqual({
      ...missing(5, { at_most: 4 }),
      closest,
    })
  })
})

describe('requests in order', () => {
  const step = (operation: string, more: object = {}) => ({ operation, ...more })

  async function startWithRequests() {
    const testApp = await startApp()
    const { id } = await testApp.create({ name: 'a' })
    await testApp.call('GET', keysUrl)
    await testApp.create({ name: 'b' })
    await testApp.call('DELETE', `${keysUrl}/${id}`)
    return { ...testApp, id }
  }

  test('are verified with others between them', async () => {
    const { verify, id } = await startWithRequests()
    for (const in_order of [
      [step('create'), step('delete', { key_id: id })],
      [step('create'), step('list'), step('create'), step('delete')],
      [step('create'), step('create')],
      [step('delete', { status: 200 })],
      [{}, {}, {}, {}],
    ]) {
      const expected = in_order.length
      expect(await verify({ in_order })).toEqual({ verified: true, count: expected, expected, closest: [] })
    }
  })

  test('that are missing are compared with the other entries', async () => {
    const { verify, ids } = await startWithRequests()
    const [first, , third] = await ids()
    const result = await verify({ in_order: [step('list'), step('create', { json: { name: 'c' } })] })
    expect(result).toMatchObject({
      ...missing(1, 2),
      closest: [
        { id: third, differs: [{ field: 'json', expected: { name: 'c' }, got: { name: 'b' } }] },
        { id: first, differs: [{ field: 'json' }, { field: 'in_order' }] },
        { differs: [{ field: 'operation' }, { field: 'json' }] },
      ],
    })
  })

  test('that came too early are reported as such', async () => {
    const { verify, ids } = await startWithRequests()
    const [, second, , fourth] = await ids()
    const result = await verify({ in_order: [step('delete'), step('list')] })
    expect(result).toMatchObject({ ...missing(1, 2) })
    expect(result.closest[0]).toEqual({
      id: second,
      differs: [{ field: 'in_order', expected: `after ${fourth}`, got: 'before it' }],
    })
  })

  test('are compared with nothing if the journal is empty', async () => {
    const { verify } = await startApp()
    expect(await verify({ in_order: [{}] })).toEqual({ ...missing(0, 1), closest: [] })
  })
})

describe('secrets in a verification', () => {
  const secret = `sk-admin-${'s3cret'.repeat(8)}`
  const redacted = 'sk-admin...ret'

  test('match entries in their redacted form', async () => {
    const { call, verify } = await startApp({ seed: 'behavior: { auth: any }' })
    const headers = { cookie: 'session=1', 'x-note': `token ${secret}` }
    await call('POST', keysUrl, { as: secret, body: { name: secret, note: '100%25' }, headers })
    for (const expected of [
      { header: { Authorization: `Bearer ${secret}` } },
      { header: { 'x-note': `token ${secret}` } },
      { json: { note: '100%25', name: secret } },
      { json: { name: redacted, note: '100%' } },
    ]) {
      expect([expected, (await verify(expected)).verified]).toEqual([expected, true])
    }
    expect((await verify({ header: { authorization: `Bearer sk-admin-${'x'.repeat(40)}` } })).verified).toBe(false)
  })

  test.each<[string, object]>([
    ['a header', { header: { 'x-note': secret } }],
    ['the authorization', { header: { authorization: `Bearer ${secret}` } }],
    [
      'a token of any form, where it is repeated',
      { header: { authorization: 'Bearer hunter2-s3crets3cret', 'x-note': 'hunter2-s3crets3cret' } },
    ],
    [
      'a token of any form, in the body',
      { header: { authorization: 'Bearer "s3crets3cret' }, json: ['"s3crets3cret'] },
    ],
    ['a cookie', { header: { Cookie: 's3crets3cret' } }],
    ['the body', { json: { name: secret, list: [secret, { [secret]: 1 }] } }],
    ['the path', { path: `${keysUrl}/${secret}` }],
    ['the path, percent-encoded', { path: `${keysUrl}/%73${secret.slice(1)}` }],
    ['a key id', { key_id: secret, calling_key_id: secret }],
    ['the method', { method: secret }],
  ])('do not come back from %s', async (_where, expected) => {
    const { call, post } = await startApp()
    await call('GET', keysUrl)
    for (const verification of [expected, { in_order: [expected] }]) {
      const { body, text } = await post(verification)
      expect(body.closest).toHaveLength(1)
      expect(text).not.toMatch(/s3crets3cret/i)
    }
  })
})

describe('an invalid verification is rejected', () => {
  test.each<[object, string, RegExp]>([
    [{ statuses: 200 }, '/statuses', /not a known field of a verification; did you mean `status`\?$/],
    [{ constructor: 200 }, '/constructor', /not a known field/],
    [{ operation: 'retrieve' }, '/operation', /an operationId, its short form, or null .*got "retrieve"/],
    [{ status: 99 }, '/status', /a number from 100 to 599, a class such as 4xx, or null for no response, got 99/],
    [{ status: '4x' }, '/status', /a class such as 4xx.*got "4x"/],
    [{ method: 5 }, '/method', /a method such as POST, got 5/],
    [{ path: null }, '/path', /a path.*got null/],
    [{ key_id: 5 }, '/key_id', /a string, or null/],
    [{ header: { 'x y': 'a' } }, '/header/x y', /a header name/],
    [JSON.parse('{"header":{"__proto__":"a"}}'), '/header/__proto__', /no request or response can have/],
    [
      { in_order: [{}, { header: { a: '1', A: '2' } }] },
      '/in_order/1/header/A',
      /given once: header names ignore case/,
    ],
    [{ header: { x: 5 } }, '/header/x', /a string, got 5/],
    [{ json: ['x'.repeat(131_069)] }, '/json', /at most 131072 characters long/],
    [{ in_order: [{}, { json: { a: 'x'.repeat(131_065) } }] }, '/in_order/1/json', /at most 131072 characters long/],
    [{ times: -1 }, '/times', /an integer from 0, or an object: \{at_least, at_most\}.*got -1/],
    [{ times: 1.5 }, '/times', /an integer from 0/],
    [{ times: null }, '/times', /an integer from 0/],
    [{ times: {} }, '/times', /an integer from 0/],
    [{ times: { at_least: 3, at_most: 2 } }, '/times/at_most', /at least 'at_least' \(3\), got 2/],
    [{ in_order: [] }, '/in_order', /a list of 1 to 1,000/],
    [{ in_order: [{}, { times: 2 }] }, '/in_order/1/times', /not a known field of an expected request/],
    [{ in_order: [{ in_order: [] }] }, '/in_order/0/in_order', /not a known field/],
    [{ in_order: [{}], times: 2 }, '/times', /absent when 'in_order' is given: list a request repeatedly/],
    [{ in_order: [{}], status: 200 }, '/status', /absent when 'in_order' is given: put it into the requests/],
  ])('%j, with param %s', async (verification, param, message) => {
    const { post } = await startApp()
    const { status, body } = await post(verification)
    expect([status, body.error.code, body.error.param]).toEqual([400, 'invalid_body', param])
    expect(body.error.message).toMatch(message)
  })
})

test('a verification has at most 100 headers, also in a request of `in_order`', async () => {
  const { control } = await startControlApp()
  const headersOf = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`h${n}`, 'v']))
  expect((await control('POST', '/journal/verify', { header: headersOf(100) })).status).toBe(200)
  for (const body of [{ header: headersOf(101) }, { in_order: [{ header: headersOf(101) }] }]) {
    const response = await control('POST', '/journal/verify', body)
    expect([response.status, response.body.error.message]).toEqual([
      400,
      expect.stringContaining('header must be an object of at most 100 request headers by name'),
    ])
  }
})

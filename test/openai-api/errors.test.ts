import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { type Call, keysUrl, startApp } from '../support/app.ts'
import { createTemporaryFolder } from '../support/files.ts'

const error = (message: string, param: string | null, code: string | null) =>
  JSON.stringify({ error: { message, type: 'invalid_request_error', param, code } })

const notJson = error(
  "We could not parse the JSON body of your request. (HINT: This likely means you aren't using your HTTP library correctly. The OpenAI API expects a JSON payload, but what was sent was not valid JSON. If you have trouble figuring out how to fix this, please contact us through our help center at help.openai.com.)",
  null,
  null,
)
const nameMissing = error("Missing required parameter: 'name'.", 'name', 'missing_required_parameter')
const wrongType = (param: string, expected: string, got: string) =>
  error(`Invalid type for '${param}': expected ${expected}, but got ${got} instead.`, param, 'invalid_type')
const expiry = 'expires_in_seconds'
const tooSmall = (got: string) =>
  error(
    `Invalid '${expiry}': integer below minimum value. Expected a value >= 1, but got ${got} instead.`,
    expiry,
    'integer_below_min_value',
  )
const tooLarge = (got: string) =>
  error(
    `Invalid '${expiry}': integer above maximum value. Expected a value <= 31536000, but got ${got} instead.`,
    expiry,
    'integer_above_max_value',
  )
const noObject = (got: string) =>
  error(`Invalid type for the request body: expected an object, but got ${got} instead.`, null, 'invalid_type')

describe('create refuses', () => {
  test.each<{ what: string; rawBody: string | Buffer; text: string }>([
    { what: 'no name', rawBody: '{}', text: nameMissing },
    { what: 'an undefined name', rawBody: '{"expires_in_seconds":5}', text: nameMissing },
    { what: 'no name before a wrong expiry', rawBody: '{"expires_in_seconds":0}', text: nameMissing },
    { what: 'an integer', rawBody: '{"name":5}', text: wrongType('name', 'a string', 'an integer') },
    { what: 'a decimal', rawBody: '{"name":5.5}', text: wrongType('name', 'a string', 'a decimal number') },
    { what: 'a boolean', rawBody: '{"name":true}', text: wrongType('name', 'a string', 'a boolean') },
    { what: 'null', rawBody: '{"name":null}', text: wrongType('name', 'a string', 'null') },
    { what: 'an array', rawBody: '{"name":["a"]}', text: wrongType('name', 'a string', 'an array') },
    { what: 'an object', rawBody: '{"name":{}}', text: wrongType('name', 'a string', 'an object') },
    {
      what: 'name before expiry',
      rawBody: '{"expires_in_seconds":0,"name":1}',
      text: wrongType('name', 'a string', 'an integer'),
    },
    {
      what: 'a text of digits',
      rawBody: '{"name":"a","expires_in_seconds":"7"}',
      text: wrongType(expiry, 'an integer', 'a string'),
    },
    {
      what: 'an expiry of null',
      rawBody: '{"name":"a","expires_in_seconds":null}',
      text: wrongType(expiry, 'an integer', 'null'),
    },
    {
      what: 'a fraction of a second',
      rawBody: '{"name":"a","expires_in_seconds":1.5}',
      text: wrongType(expiry, 'an integer', 'a decimal number'),
    },
    {
      what: 'an expiry of true',
      rawBody: '{"name":"a","expires_in_seconds":true}',
      text: wrongType(expiry, 'an integer', 'a boolean'),
    },
    { what: 'zero', rawBody: '{"name":"a","expires_in_seconds":0}', text: tooSmall('0') },
    { what: 'a negative', rawBody: '{"name":"a","expires_in_seconds":-5}', text: tooSmall('-5') },
    { what: 'more than a year', rawBody: '{"name":"a","expires_in_seconds":99999999}', text: tooLarge('99999999') },
    { what: 'one more than a year', rawBody: '{"name":"a","expires_in_seconds":31536001}', text: tooLarge('31536001') },
    { what: 'an array as body', rawBody: '[]', text: noObject('an array') },
    { what: 'a string as body', rawBody: '"name"', text: noObject('a string') },
    { what: 'a number as body', rawBody: '1', text: noObject('an integer') },
    { what: 'false as body', rawBody: 'false', text: noObject('a boolean') },
    { what: 'null as body', rawBody: 'null', text: noObject('null') },
    { what: 'half a body', rawBody: '{"name":"a"', text: notJson },
    { what: 'blanks alone', rawBody: ' \n', text: notJson },
    { what: 'single quotes', rawBody: "{'name':'a'}", text: notJson },
    { what: 'two bodies', rawBody: '{"name":"a"}{"name":"b"}', text: notJson },
    { what: 'a byte order mark', rawBody: '\ufeff{"name":"a"}', text: notJson },
    { what: 'a control character in a string', rawBody: '{"name":"a\u0001"}', text: notJson },
    { what: 'bad UTF-8', rawBody: Buffer.from('7b226e616d65223a22ff227d', 'hex'), text: notJson },
    { what: 'an encoded surrogate', rawBody: Buffer.from('7b226e616d65223a22eda080227d', 'hex'), text: notJson },
    { what: 'an empty body', rawBody: '', text: nameMissing },
  ])('$what', async ({ rawBody, text }) => {
    const { call } = await startApp()
    const answer = await call('POST', keysUrl, { rawBody })
    expect(answer.text).toBe(text)
    expect(answer.status).toBe(400)
  })

  test('no body at all', async () => {
    const { call } = await startApp()
    expect(await call('POST', keysUrl)).toMatchObject({ status: 400, text: nameMissing })
  })

  test.each(['\\ud800', 'a\\udc00b', '\\udc00\\ud800'])('the lone surrogate %s', async (name) => {
    const { call } = await startApp()
    const answer = await call('POST', keysUrl, { rawBody: `{"name":"${name}"}` })
    expect(answer.status).toBe(400)
    expect(answer.text).toBe(
      error(
        "Invalid value for 'name': the string holds a surrogate without its pair, which is not valid Unicode.",
        'name',
        'invalid_value',
      ),
    )
  })

  test.each([
    ['text/plain', "'text/plain'"],
    ['application/x-www-form-urlencoded', "'application/x-www-form-urlencoded'"],
    ['application/jsonp', "'application/jsonp'"],
    ['application/json+x', "'application/json+x'"],
    ['nonsense', "'nonsense'"],
  ])('the content type %s', async (type, shown) => {
    const { call } = await startApp()
    const answer = await call('POST', keysUrl, { rawBody: '{"name":"a"}', headers: { 'content-type': type } })
    expect(answer.status).toBe(415)
    expect(answer.text).toBe(
      error(
        `Unsupported content type: ${shown}. This API method only accepts 'application/json' requests.`,
        null,
        'unsupported_content_type',
      ),
    )
  })

  test('a body without a content type', async () => {
    const { call } = await startApp()
    const answer = await call('POST', keysUrl, { rawBody: '{"name":"a"}', headers: { 'content-type': '' } })
    expect(answer.status).toBe(415)
  })

  test.each(['', 'text/plain', 'nonsense'])('an empty body of type %j as one without a name', async (type) => {
    const { call } = await startApp()
    const answer = await call('POST', keysUrl, { headers: { 'content-type': type } })
    expect(answer).toMatchObject({ status: 400, text: nameMissing })
  })

  test('more than 1 MiB, before its form; less it takes', async () => {
    const { call } = await startApp()
    const tooLong = await call('POST', keysUrl, { rawBody: 'x'.repeat(1024 * 1024 + 1) })
    expect(tooLong.status).toBe(413)
    expect(tooLong.text).toBe(error('The request body is too large: at most 1048576 bytes are accepted.', null, null))
    const wrongType = { rawBody: 'x'.repeat(1024 * 1024 + 1), headers: { 'content-type': 'text/plain' } }
    expect((await call('POST', keysUrl, wrongType)).status).toBe(415)
    const longest = `{"name":"${'x'.repeat(1024 * 1024 - 11)}"}`
    expect((await call('POST', keysUrl, { rawBody: longest })).status).toBe(200)
  })

  test('and makes nothing', async () => {
    const { call } = await startApp()
    for (const rawBody of ['{}', '{"name":5}', '{"name":"a","expires_in_seconds":0}', '{"name":"\\ud800"}', '{']) {
      await call('POST', keysUrl, { rawBody })
    }
    expect((await call('GET', keysUrl)).body.data).toHaveLength(1)
  })
})

describe('list refuses', () => {
  const wrongLimit = wrongType('limit', 'an integer', 'a string')
  const wrongOrder = (value: string) =>
    error(`Invalid value: '${value}'. Supported values are: 'asc' and 'desc'.`, 'order', 'invalid_value')
  const twice = (param: string) =>
    error(`Invalid value for '${param}': the parameter may be given only once.`, param, 'invalid_value')

  test.each([
    ...['abc', '1.5', '5.0', '0x10', '1e1', '', '%207', '7%20', '+7', '1_0', '٣', '-', 'null'].map((limit) => ({
      query: `limit=${limit}`,
      text: wrongLimit,
    })),
    { query: 'order=up', text: wrongOrder('up') },
    { query: 'order=ASC', text: wrongOrder('ASC') },
    { query: 'order=', text: wrongOrder('') },
    { query: 'limit=1&limit=1', text: twice('limit') },
    { query: 'order=asc&order=desc', text: twice('order') },
    { query: 'after=a&after=b', text: twice('after') },
    { query: 'order=up&limit=abc', text: wrongOrder('up') },
  ])('$query', async ({ query, text }) => {
    const { call } = await startApp()
    const answer = await call('GET', `${keysUrl}?${query}`)
    expect(answer.text).toBe(text)
    expect(answer.status).toBe(400)
  })

  test.each(['key_none', '0', ' ', 'null', '\0', 'sk-admin-local'])(
    'the cursor %j, which was never issued',
    async (after) => {
      const { call } = await startApp()
      const answer = await call('GET', `${keysUrl}?after=${encodeURIComponent(after)}`)
      expect(answer.status).toBe(400)
      expect(answer.text).toBe(
        error(`Invalid value: '${after}'. No admin API key with this ID was found.`, 'after', 'invalid_value'),
      )
    },
  )
})

const malformedUrl = error('The URL of the request is malformed: its percent-encoding is not valid UTF-8.', null, null)

test.each(['limit=%zz', 'after=%E2%82', 'other=%', 'a%ff=1'])('a query of %s is malformed', async (query) => {
  const { call } = await startApp()
  expect(await call('GET', `${keysUrl}?${query}`)).toMatchObject({ status: 400, text: malformedUrl })
})

describe('an id that is not there', () => {
  test.each(['GET', 'DELETE'])('%s', async (method) => {
    const { call } = await startApp()
    const answer = await call(method, `${keysUrl}/key_x`)
    expect(answer.text).toBe(error('The admin API key key_x was not found', null, 'not_found'))
    expect(answer.status).toBe(404)
    expect(answer.headers['x-emulator-reason']).toBe('key_unknown; key=key_x')
  })

  test('of 5,000 characters', async () => {
    const { call } = await startApp()
    const id = 'x'.repeat(5000)
    const answer = await call('GET', `${keysUrl}/${id}`)
    expect(answer.text).toBe(error(`The admin API key ${id} was not found`, null, 'not_found'))
    expect(answer.headers['x-emulator-reason']?.length).toBeLessThanOrEqual(1024)
  })

  test.each(['%zz', '%', 'a%f', '%ff', '%c3%28', '%ed%a0%80'])('whose encoding %s is broken', async (id) => {
    const { call } = await startApp()
    for (const method of ['GET', 'DELETE']) {
      const answer = await call(method, `${keysUrl}/${id}`)
      expect(answer.status).toBe(400)
      expect(answer.text).toBe(malformedUrl)
    }
  })
})

describe('an unknown URL', () => {
  test.each([
    ['/v1/foo', '/v1/foo'],
    ['/v1/foo?bar=1', '/v1/foo'],
    ['/', '/'],
    ['/v1', '/v1'],
    ['/_stainless_unknown_path', '/_stainless_unknown_path'],
    [`${keysUrl}/`, `${keysUrl}/`],
    ['/organization/admin_api_keys/', '/organization/admin_api_keys/'],
    [`${keysUrl}/key_x/`, `${keysUrl}/key_x/`],
    [`${keysUrl}/key_x/more`, `${keysUrl}/key_x/more`],
    ['/v1/v1/organization/admin_api_keys', '/v1/v1/organization/admin_api_keys'],
    ['/V1/organization/admin_api_keys', '/V1/organization/admin_api_keys'],
    ['/v1//organization/admin_api_keys', '/v1//organization/admin_api_keys'],
    ['/v1/health', '/v1/health'],
    ['/v1/docs', '/v1/docs'],
  ])('%s', async (url, shown) => {
    const { call } = await startApp()
    for (const given of [{}, { as: null }] as Call[]) {
      const answer = await call('GET', url, given)
      expect(answer.text).toBe(error(`Invalid URL (GET ${shown})`, null, null))
      expect(answer.status).toBe(404)
      expect(answer.headers).toHaveProperty('openai-organization')
    }
  })

  test('before its body is looked at', async () => {
    const { call } = await startApp()
    expect((await call('POST', '/v1/foo', { rawBody: '{' })).status).toBe(404)
    expect((await call('POST', '/v1/foo', { rawBody: 'x', headers: { 'content-type': 'nonsense' } })).status).toBe(404)
  })
})

describe('a wrong method', () => {
  test.each([
    ...['PATCH', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'QUERY', 'PROPFIND'].map((method) => ({
      method,
      path: '',
      allow: 'GET, POST',
    })),
    ...['PATCH', 'PUT', 'POST', 'OPTIONS', 'QUERY'].map((method) => ({ method, path: '/key_x', allow: 'GET, DELETE' })),
  ])('$method $path', async ({ method, path, allow }) => {
    const { call } = await startApp()
    for (const base of ['/v1', '']) {
      const url = `${base}/organization/admin_api_keys${path}`
      const answer = await call(method, `${url}?a=b`, { rawBody: '{' })
      expect(answer.text).toBe(
        error(
          `Not allowed to ${method} on ${url}. (HINT: Perhaps you meant to use a different HTTP method?)`,
          null,
          null,
        ),
      )
      expect(answer.status).toBe(405)
      expect(answer.headers['allow']).toBe(allow)
    }
  })

  test('HEAD has the status and the headers alone', async () => {
    const { call } = await startApp()
    const answer = await call('HEAD', keysUrl)
    expect(answer).toMatchObject({ status: 405, text: '' })
    expect(answer.headers['allow']).toBe('GET, POST')
  })
})

test('what need not be encoded in a URL is the same encoded', async () => {
  const { call } = await startApp()
  for (const url of [
    '/v1/organization/admin%5Fapi_keys',
    '/v1/%6frganization/admin_api_keys',
    '/%761/organization/admin_api_keys',
  ]) {
    expect((await call('GET', url)).status, url).toBe(200)
    const refused = await call('PATCH', url)
    expect(refused.status, url).toBe(405)
    expect(refused.body.error.message).toContain(`Not allowed to PATCH on ${url}.`)
  }
})

test('a failure of our own is told in one sentence; its cause only in the log', async () => {
  const data = createTemporaryFolder()
  const { call } = await startApp({ dataDirectory: data })
  // Somebody else's file where the next sandbox would have its own.
  mkdirSync(join(data, Buffer.from('broken').toString('hex')))
  writeFileSync(join(data, Buffer.from('broken').toString('hex'), 'sandbox.sqlite'), 'no database '.repeat(100))
  const answer = await call('GET', `/sandbox/broken${keysUrl}`)
  expect(answer.status).toBe(500)
  expect(answer.text).toBe(
    '{"error":{"message":"The server had an error while processing your request. Sorry about that!","type":"server_error","param":null,"code":null}}',
  )
  expect(answer.headers).toMatchObject({
    'content-type': 'application/json',
    'x-emulator-reason': "internal_error; see the emulator's log",
    'openai-version': '2020-10-01',
  })
})

test('a reason is encoded but never cut short without need', async () => {
  const { call } = await startApp()
  for (const id of ['50%', 'key_100%x', 'a%']) {
    const answer = await call('GET', `${keysUrl}/${encodeURIComponent(id)}`)
    expect(answer.headers['x-emulator-reason']).toBe(`key_unknown; key=${id}`)
  }
})

test('every refusal gives its reason in a header that ASCII can carry', async () => {
  const { call } = await startApp()
  const answer = await call('GET', `${keysUrl}/${encodeURIComponent('né\n🔑')}`)
  expect(answer.headers['x-emulator-reason']).toBe('key_unknown; key=n%C3%A9%0A%F0%9F%94%91')
})

test('the reason holds no secret, wherever the client put it', async () => {
  const { call, create } = await startApp()
  const { value } = await create()
  for (const url of [`${keysUrl}/${value}`, `${keysUrl}?after=${value}`, `/v1/${value}`, `${keysUrl}?order=${value}`]) {
    const { status, headers } = await call('GET', url)
    expect(status).toBeGreaterThanOrEqual(400)
    expect(headers['x-emulator-reason']).not.toContain(value.slice(9))
  }
})

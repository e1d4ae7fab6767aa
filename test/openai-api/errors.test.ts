import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { type Call, keysUrl, startApp } from '../support/app.ts'

const error = (message: string, param: string | null, code: string | null) =>
  JSON.stringify({ error: { message, type: 'invalid_request_error', param, code } })

const invalidJson = error(
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
const bodyNotObject = (got: string) =>
  error(`Invalid type for the request body: expected an object, but got ${got} instead.`, null, 'invalid_type')

describe('errors of create', () => {
  test.each<{ what: string; rawBody: string | Buffer; text: string }>([
    { what: 'an empty object', rawBody: '{}', text: nameMissing },
    { what: 'an object with an expiry only', rawBody: '{"expires_in_seconds":5}', text: nameMissing },
    { what: 'a missing name before an expiry of zero', rawBody: '{"expires_in_seconds":0}', text: nameMissing },
    { what: 'an integer as the name', rawBody: '{"name":5}', text: wrongType('name', 'a string', 'an integer') },
    {
      what: 'a decimal number as the name',
      rawBody: '{"name":5.5}',
      text: wrongType('name', 'a string', 'a decimal number'),
    },
    { what: 'a boolean as the name', rawBody: '{"name":true}', text: wrongType('name', 'a string', 'a boolean') },
    { what: 'null as the name', rawBody: '{"name":null}', text: wrongType('name', 'a string', 'null') },
    { what: 'an array as the name', rawBody: '{"name":["a"]}', text: wrongType('name', 'a string', 'an array') },
    { what: 'an object as the name', rawBody: '{"name":{}}', text: wrongType('name', 'a string', 'an object') },
    {
      what: 'a wrong name before an expiry of zero',
      rawBody: '{"expires_in_seconds":0,"name":1}',
      text: wrongType('name', 'a string', 'an integer'),
    },
    {
      what: 'a string of digits as the expiry',
      rawBody: '{"name":"a","expires_in_seconds":"7"}',
      text: wrongType(expiry, 'an integer', 'a string'),
    },
    {
      what: 'null as the expiry',
      rawBody: '{"name":"a","expires_in_seconds":null}',
      text: wrongType(expiry, 'an integer', 'null'),
    },
    {
      what: 'a decimal number as the expiry',
      rawBody: '{"name":"a","expires_in_seconds":1.5}',
      text: wrongType(expiry, 'an integer', 'a decimal number'),
    },
    {
      what: 'a boolean as the expiry',
      rawBody: '{"name":"a","expires_in_seconds":true}',
      text: wrongType(expiry, 'an integer', 'a boolean'),
    },
    { what: 'an expiry of zero', rawBody: '{"name":"a","expires_in_seconds":0}', text: tooSmall('0') },
    { what: 'a negative expiry', rawBody: '{"name":"a","expires_in_seconds":-5}', text: tooSmall('-5') },
    {
      what: 'an expiry of more than a year',
      rawBody: '{"name":"a","expires_in_seconds":99999999}',
      text: tooLarge('99999999'),
    },
    {
      what: 'an expiry of one second more than a year',
      rawBody: '{"name":"a","expires_in_seconds":31536001}',
      text: tooLarge('31536001'),
    },
    { what: 'an array as the body', rawBody: '[]', text: bodyNotObject('an array') },
    { what: 'a string as the body', rawBody: '"name"', text: bodyNotObject('a string') },
    { what: 'a number as the body', rawBody: '1', text: bodyNotObject('an integer') },
    { what: 'false as the body', rawBody: 'false', text: bodyNotObject('a boolean') },
    { what: 'null as the body', rawBody: 'null', text: bodyNotObject('null') },
    { what: 'a truncated body', rawBody: '{"name":"a"', text: invalidJson },
    { what: 'a body of whitespace', rawBody: ' \n', text: invalidJson },
    { what: 'a body with single quotes', rawBody: "{'name':'a'}", text: invalidJson },
    { what: 'two JSON documents in one body', rawBody: '{"name":"a"}{"name":"b"}', text: invalidJson },
    { what: 'a body with a byte order mark', rawBody: '\ufeff{"name":"a"}', text: invalidJson },
    { what: 'a control character in a string', rawBody: '{"name":"a\u0001"}', text: invalidJson },
    { what: 'invalid UTF-8', rawBody: Buffer.from('7b226e616d65223a22ff227d', 'hex'), text: invalidJson },
    {
      what: 'a surrogate encoded as UTF-8',
      rawBody: Buffer.from('7b226e616d65223a22eda080227d', 'hex'),
      text: invalidJson,
    },
    { what: 'an empty body', rawBody: '', text: nameMissing },
  ])('create rejects $what', async ({ rawBody, text }) => {
    const { call } = await startApp()
    const response = await call('POST', keysUrl, { rawBody })
    expect(response.text).toBe(text)
    expect(response.status).toBe(400)
  })

  test('create rejects a request without a body', async () => {
    const { call } = await startApp()
    expect(await call('POST', keysUrl)).toMatchObject({ status: 400, text: nameMissing })
  })

  test.each(['\\ud800', 'a\\udc00b', '\\udc00\\ud800'])(
    'create rejects a name with the lone surrogate %s',
    async (name) => {
      const { call } = await startApp()
      const response = await call('POST', keysUrl, { rawBody: `{"name":"${name}"}` })
      expect(response.status).toBe(400)
      expect(response.text).toBe(
        error(
          "Invalid value for 'name': the string holds a surrogate without its pair, which is not valid Unicode.",
          'name',
          'invalid_value',
        ),
      )
    },
  )

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp', 'application/json+x', 'nonsense'])(
    'create rejects the content type %s',
    async (type) => {
      const { call } = await startApp()
      const response = await call('POST', keysUrl, { rawBody: '{"name":"a"}', headers: { 'content-type': type } })
      expect(response.status).toBe(415)
      expect(response.text).toBe(
        error(
          `Unsupported content type: '${type}'. This API method only accepts 'application/json' requests.`,
          null,
          'unsupported_content_type',
        ),
      )
    },
  )

  test('create rejects a body without a content type', async () => {
    const { call } = await startApp()
    const response = await call('POST', keysUrl, { rawBody: '{"name":"a"}', headers: { 'content-type': '' } })
    expect(response.status).toBe(415)
  })

  test.each(['', 'text/plain', 'nonsense'])(
    'create reports a missing name for an empty body of content type %j',
    async (type) => {
      const { call } = await startApp()
      const response = await call('POST', keysUrl, { headers: { 'content-type': type } })
      expect(response).toMatchObject({ status: 400, text: nameMissing })
    },
  )

  test('create accepts a body of 1 MiB and rejects a larger one before parsing it', async () => {
    const { call } = await startApp()
    const oversized = await call('POST', keysUrl, { rawBody: 'x'.repeat(1024 * 1024 + 1) })
    expect(oversized.status).toBe(413)
    expect(oversized.text).toBe(error('The request body is too large: at most 1048576 bytes are accepted.', null, null))
    const wrongContentType = { rawBody: 'x'.repeat(1024 * 1024 + 1), headers: { 'content-type': 'text/plain' } }
    expect((await call('POST', keysUrl, wrongContentType)).status).toBe(415)
    const longest = `{"name":"${'x'.repeat(1024 * 1024 - 11)}"}`
    expect((await call('POST', keysUrl, { rawBody: longest })).status).toBe(200)
  })

  test('a rejected create request creates no key', async () => {
    const { call } = await startApp()
    for (const rawBody of ['{}', '{"name":5}', '{"name":"a","expires_in_seconds":0}', '{"name":"\\ud800"}', '{']) {
      await call('POST', keysUrl, { rawBody })
    }
    expect((await call('GET', keysUrl)).body.data).toHaveLength(1)
  })
})

describe('errors of list', () => {
  const wrongLimit = wrongType('limit', 'an integer', 'a string')
  const wrongOrder = (value: string) =>
    error(`Invalid value: '${value}'. Supported values are: 'asc' and 'desc'.`, 'order', 'invalid_value')
  const duplicateParam = (param: string) =>
    error(`Invalid value for '${param}': the parameter may be given only once.`, param, 'invalid_value')

  test.each([
    ...['abc', '1.5', '5.0', '0x10', '1e1', '', '%207', '7%20', '+7', '1_0', '٣', '-', 'null'].map((limit) => ({
      query: `limit=${limit}`,
      text: wrongLimit,
    })),
    { query: 'order=up', text: wrongOrder('up') },
    { query: 'order=ASC', text: wrongOrder('ASC') },
    { query: 'order=', text: wrongOrder('') },
    { query: 'limit=1&limit=1', text: duplicateParam('limit') },
    { query: 'order=asc&order=desc', text: duplicateParam('order') },
    { query: 'after=a&after=b', text: duplicateParam('after') },
    { query: 'order=up&limit=abc', text: wrongOrder('up') },
  ])('list rejects the query $query', async ({ query, text }) => {
    const { call } = await startApp()
    const response = await call('GET', `${keysUrl}?${query}`)
    expect(response.text).toBe(text)
    expect(response.status).toBe(400)
  })

  test.each(['key_none', '0', ' ', 'null', '\0', 'sk-admin-local'])(
    'list rejects the cursor %j, which was never issued',
    async (after) => {
      const { call } = await startApp()
      const response = await call('GET', `${keysUrl}?after=${encodeURIComponent(after)}`)
      expect(response.status).toBe(400)
      expect(response.text).toBe(
        error(`Invalid value: '${after}'. No admin API key with this ID was found.`, 'after', 'invalid_value'),
      )
    },
  )
})

const malformedUrl = error('The URL of the request is malformed: its percent-encoding is not valid UTF-8.', null, null)

test.each(['limit=%zz', 'after=%E2%82', 'other=%', 'a%ff=1'])(
  'the query %s is rejected as a malformed URL',
  async (query) => {
    const { call } = await startApp()
    expect(await call('GET', `${keysUrl}?${query}`)).toMatchObject({ status: 400, text: malformedUrl })
  },
)

describe('errors of retrieve and delete', () => {
  test.each(['GET', 'DELETE'])('%s returns 404 for an unknown key ID', async (method) => {
    const { call } = await startApp()
    const response = await call(method, `${keysUrl}/key_x`)
    expect(response.text).toBe(error('The admin API key key_x was not found', null, 'not_found'))
    expect(response.status).toBe(404)
    expect(response.headers['x-emulator-reason']).toBe('key_unknown; key=key_x')
  })

  test('an unknown key ID of 5,000 characters is truncated in the reason header only', async () => {
    const { call } = await startApp()
    const id = 'x'.repeat(5000)
    const response = await call('GET', `${keysUrl}/${id}`)
    expect(response.text).toBe(error(`The admin API key ${id} was not found`, null, 'not_found'))
    expect(response.headers['x-emulator-reason']?.length).toBeLessThanOrEqual(1024)
  })

  test.each(['%zz', '%', 'a%f', '%ff', '%c3%28', '%ed%a0%80'])(
    'the key ID %s is rejected as a malformed URL',
    async (id) => {
      const { call } = await startApp()
      for (const method of ['GET', 'DELETE']) {
        const response = await call(method, `${keysUrl}/${id}`)
        expect(response.status).toBe(400)
        expect(response.text).toBe(malformedUrl)
      }
    },
  )
})

describe('unknown URLs', () => {
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
  ])('the unknown URL %s returns 404 with and without a key', async (url, path) => {
    const { call } = await startApp()
    for (const options of [{}, { as: null }] as Call[]) {
      const response = await call('GET', url, options)
      expect(response.text).toBe(error(`Invalid URL (GET ${path})`, null, null))
      expect(response.status).toBe(404)
      expect(response.headers).toHaveProperty('openai-organization')
    }
  })

  test('an unknown URL returns 404 before the body is checked', async () => {
    const { call } = await startApp()
    expect((await call('POST', '/v1/foo', { rawBody: '{' })).status).toBe(404)
    expect((await call('POST', '/v1/foo', { rawBody: 'x', headers: { 'content-type': 'nonsense' } })).status).toBe(404)
  })
})

test.each(['gzip', 'deflate', 'br', 'GZIP, br'])(
  'the reason for rejecting a body with the content encoding %s names that encoding',
  async (encoding) => {
    const { call } = await startApp()
    const rawBody = gzipSync('{"name": "x"}')
    const response = await call('POST', keysUrl, { rawBody, headers: { 'content-encoding': encoding } })
    expect(response.status).toBe(400)
    expect(response.headers['x-emulator-reason']).toMatch(
      new RegExp(`^body_compressed; content-encoding=${encoding}; send it uncompressed$`),
    )
  },
)

test('the reason for rejecting a body that is not compressed does not name its content encoding', async () => {
  const { call } = await startApp()
  const response = await call('POST', keysUrl, { rawBody: '{', headers: { 'content-encoding': 'identity' } })
  expect(response.headers['x-emulator-reason']).toBe('body_not_json')
})

describe('unsupported methods', () => {
  test.each([
    ...['PATCH', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'QUERY', 'PROPFIND'].map((method) => ({
      method,
      target: 'the list of keys',
      path: '',
      allow: 'GET, POST',
    })),
    ...['PATCH', 'PUT', 'POST', 'OPTIONS', 'QUERY'].map((method) => ({
      method,
      target: 'a key',
      path: '/key_x',
      allow: 'GET, DELETE',
    })),
  ])('$method on $target returns 405 and the allowed methods', async ({ method, path, allow }) => {
    const { call } = await startApp()
    for (const base of ['/v1', '']) {
      const url = `${base}/organization/admin_api_keys${path}`
      const response = await call(method, `${url}?a=b`, { rawBody: '{' })
      expect(response.text).toBe(
        error(
          `Not allowed to ${method} on ${url}. (HINT: Perhaps you meant to use a different HTTP method?)`,
          null,
          null,
        ),
      )
      expect(response.status).toBe(405)
      expect(response.headers['allow']).toBe(allow)
    }
  })

  test('HEAD on the list of keys returns 405 with headers and no body', async () => {
    const { call } = await startApp()
    const response = await call('HEAD', keysUrl)
    expect(response).toMatchObject({ status: 405, text: '' })
    expect(response.headers['allow']).toBe('GET, POST')
  })
})

test('a URL with percent-encoded unreserved characters matches the same route', async () => {
  const { call } = await startApp()
  for (const url of [
    '/v1/organization/admin%5Fapi_keys',
    '/v1/%6frganization/admin_api_keys',
    '/%761/organization/admin_api_keys',
  ]) {
    expect((await call('GET', url)).status, url).toBe(200)
    const rejected = await call('PATCH', url)
    expect(rejected.status, url).toBe(405)
    expect(rejected.body.error.message).toContain(`Not allowed to PATCH on ${url}.`)
  }
})

test('an internal error returns a generic message and points to the log for its cause', async () => {
  const { call } = await startApp({
    onAppCreated: (app) =>
      app.addHook('preHandler', async ({ headers }) => {
        if (headers['x-test'] === 'fail') throw new Error('a mistake in the emulator')
      }),
  })
  const response = await call('GET', keysUrl, { headers: { 'x-test': 'fail' } })
  expect(response.status).toBe(500)
  expect(response.text).toBe(
    '{"error":{"message":"The server had an error while processing your request. Sorry about that!","type":"server_error","param":null,"code":null}}',
  )
  expect(response.headers).toMatchObject({
    'content-type': 'application/json',
    'x-emulator-reason': "internal_error; see the emulator's log",
    'openai-version': '2020-10-01',
  })
})

test('the reason header contains a key ID with percent signs unchanged', async () => {
  const { call } = await startApp()
  for (const id of ['50%', 'key_100%x', 'a%']) {
    const response = await call('GET', `${keysUrl}/${encodeURIComponent(id)}`)
    expect(response.headers['x-emulator-reason']).toBe(`key_unknown; key=${id}`)
  }
})

test('the reason header percent-encodes control and non-ASCII characters', async () => {
  const { call } = await startApp()
  const response = await call('GET', `${keysUrl}/${encodeURIComponent('né\n🔑')}`)
  expect(response.headers['x-emulator-reason']).toBe('key_unknown; key=n%C3%A9%0A%F0%9F%94%91')
})

test('the reason header redacts a key value anywhere in the URL', async () => {
  const { call, create } = await startApp()
  const { value } = await create()
  for (const url of [`${keysUrl}/${value}`, `${keysUrl}?after=${value}`, `/v1/${value}`, `${keysUrl}?order=${value}`]) {
    const { status, headers } = await call('GET', url)
    expect(status).toBeGreaterThanOrEqual(400)
    expect(headers['x-emulator-reason']).not.toContain(value.slice(9))
  }
})

import fc from 'fast-check'

// Parts of a request. Nothing of this need be HTTP, and some of it is. All of it is Latin-1.

export const keys = '/v1/organization/admin_api_keys'
export const bearer = 'Authorization: Bearer sk-admin-local'
export const json = 'Content-Type: application/json'

const oneOf = (weight: number, ...texts: string[]) => ({ weight, arbitrary: fc.constantFrom(...texts) })
const listed = (weight: number, texts: string) => oneOf(weight, ...texts.split('|'))
const rarely = (arbitrary: fc.Arbitrary<string>) => ({ weight: 1, arbitrary })

/** Any bytes. */
export const bytes = (maxLength: number): fc.Arbitrary<string> =>
  fc.uint8Array({ maxLength, size: 'max' }).map((array) => Buffer.from(array).toString('latin1'))

export const method = fc.oneof(
  listed(8, 'GET|POST|DELETE'),
  listed(4, 'PATCH|OPTIONS|TRACE|CONNECT|QUERY|M-SEARCH|PRI|PLAY|DESCRIBE|get||GET GET'),
  rarely(bytes(8)),
)

export const target = fc.oneof(
  oneOf(8, keys, `/sandbox/fuzzed${keys}`, `${keys}/key_admin`, `${keys}?limit=1`, '/_emulator/clock', '/v1/nothing'),
  oneOf(2, `http://api.example${keys}`, `HTTPS://user:secret@[::1]:9/${keys}`),
  oneOf(
    2,
    `${keys}/%`,
    `${keys}/%ff`,
    `${keys}?%`,
    `${keys}#`,
    `${keys}?after=\0`,
    `/sandbox/${'x'.repeat(65)}${keys}`,
  ),
  listed(3, '/|//|/..|/sandbox/../v1|/sandbox/%2e%2e/v1|/sandbox//v1|http://|http:/|*|localhost:80||/\u00e4'),
  rarely(fc.nat({ max: 9000 }).map((size) => `/${'x'.repeat(size)}`)),
  rarely(bytes(20).map((text) => `${keys}/${text}`)),
)

export const version = fc.oneof(
  oneOf(12, ' HTTP/1.1'),
  listed(3, ' HTTP/1.0| HTTP/2.0| HTTP/1.9|| HTTP/1.1 | http/1.1| HTTP/1.1\t'),
)

const length = fc.oneof(
  listed(1, '0|1|12|13|1048577|99999999|-1|+12|0x0c|1e1|12, 12|12, 13|'),
  oneOf(1, '9'.repeat(40)),
)
const coding = fc.constantFrom(
  ...'chunked|Chunked|chunked, chunked|gzip, chunked|chunked, gzip|identity|x| '.split('|'),
)

/** What is said of the body's length, whatever it is. */
export const framing = fc.oneof(
  length.map((text) => `Content-Length: ${text}`),
  coding.map((text) => `Transfer-Encoding: ${text}`),
)

const flood = fc
  .tuple(fc.nat({ max: 3000 }), fc.nat({ max: 12 }))
  .map(([count, size]) => Array.from({ length: count }, (_, n) => `X-${n}: ${'x'.repeat(size)}`).join('\r\n'))

/** A header, or many. */
export const header = fc.oneof(
  oneOf(6, bearer, 'Host: localhost', json),
  listed(2, 'Connection: close|Connection: keep-alive|Connection: Upgrade\r\nUpgrade: websocket|Connection: x, ,'),
  listed(2, 'Host: |Host: a\r\nHost: b|Expect: 100-continue|Expect: 200-ok|Trailer: x|TE: trailers'),
  listed(1, ' folded: x|a : b|: empty|no colon|a\tb: c|X: \0|X: \x7f|X: a\r b|X: a\n y: b'),
  { weight: 2, arbitrary: framing },
  rarely(flood),
  rarely(fc.nat({ max: 20_000 }).map((size) => `X-Long: ${'x'.repeat(size)}`)),
  rarely(bytes(30)),
)

const size = fc.constantFrom(...'c|C|0|00|zz|-1| c|c |0xc|ffffffffffffffff|10000000000000000||c;x=y|c;"'.split('|'))

/** A chunk whose size is right, or not. */
const chunk = fc
  .tuple(size, fc.constantFrom('\r\n', '\n', ''), fc.constantFrom('\r\n', '\r\n', '\n', ''))
  .map(([said, after, end]) => `${said}${after}{"name":"ab"}${end}`)

const chunks = fc.array(chunk, { maxLength: 3 }).map((all) => all.join(''))
const long = fc.oneof(fc.nat({ max: 70_000 }), fc.constant(1_048_577)).map((count) => 'x'.repeat(count))

export const body = fc.oneof(
  oneOf(4, '', '{"name":"ab"}'),
  rarely(chunks.map((text) => `${text}0\r\n\r\n`)),
  rarely(chunks),
  rarely(bytes(300)),
  rarely(long),
)

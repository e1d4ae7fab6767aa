import fc from 'fast-check'

// Parts of requests, valid and invalid, as Latin-1 text.

export const keysPath = '/v1/organization/admin_api_keys'
export const projectsPath = '/v1/organization/projects'
const accountsPath = `${projectsPath}/proj_fuzzed/service_accounts`
const auditPath = '/v1/organization/audit_logs'
export const bearer = 'Authorization: Bearer sk-admin-local'
export const json = 'Content-Type: application/json'

const choice = (weight: number, ...texts: string[]) => ({ weight, arbitrary: fc.constantFrom(...texts) })
const choiceFrom = (weight: number, texts: string) => choice(weight, ...texts.split('|'))
const rare = (arbitrary: fc.Arbitrary<string>) => ({ weight: 1, arbitrary })

export const bytes = (maxLength: number): fc.Arbitrary<string> =>
  fc.uint8Array({ maxLength, size: 'max' }).map((array) => Buffer.from(array).toString('latin1'))

export const method = fc.oneof(
  choiceFrom(8, 'GET|POST|DELETE'),
  choiceFrom(4, 'PATCH|OPTIONS|TRACE|CONNECT|QUERY|M-SEARCH|PRI|PLAY|DESCRIBE|get||GET GET'),
  rare(bytes(8)),
)

export const target = fc.oneof(
  choice(
    8,
    keysPath,
    `/sandbox/fuzzed${keysPath}`,
    `${keysPath}/key_admin`,
    `${keysPath}?limit=1`,
    '/_emulator/clock',
    '/v1/nothing',
    projectsPath,
    `/sandbox/fuzzed${projectsPath}`,
    accountsPath,
    `${accountsPath}/user-fuzzed/api_keys`,
    `${projectsPath}/proj_fuzzed/api_keys?limit=1`,
    `${projectsPath}/proj_fuzzed/archive`,
    `${auditPath}?effective_at[gt]=1&event_types[]=project.created`,
    '/v1/models',
  ),
  choice(2, `http://api.example${keysPath}`, `HTTPS://user:secret@[::1]:9/${keysPath}`),
  choice(
    2,
    `${keysPath}/%`,
    `${keysPath}/%ff`,
    `${keysPath}?%`,
    `${keysPath}#`,
    `${keysPath}?after=\0`,
    `/sandbox/${'x'.repeat(65)}${keysPath}`,
    `${projectsPath}/%/service_accounts`,
    `${projectsPath}/%2F/api_keys/%00`,
    `${accountsPath}?include_archived=%ff`,
    `${auditPath}?effective_at[gt]=%&actor_ids[]=%ff`,
  ),
  choiceFrom(3, '/|//|/..|/sandbox/../v1|/sandbox/%2e%2e/v1|/sandbox//v1|http://|http:/|*|localhost:80||/\u00e4'),
  rare(fc.nat({ max: 9000 }).map((size) => `/${'x'.repeat(size)}`)),
  rare(bytes(20).map((text) => `${keysPath}/${text}`)),
  rare(bytes(20).map((text) => `${projectsPath}/${text}/service_accounts`)),
  rare(bytes(20).map((text) => `${auditPath}?${text}`)),
)

export const version = fc.oneof(
  choice(12, ' HTTP/1.1'),
  choiceFrom(3, ' HTTP/1.0| HTTP/2.0| HTTP/1.9|| HTTP/1.1 | http/1.1| HTTP/1.1\t'),
)

const contentLength = fc.oneof(
  choiceFrom(1, '0|1|12|13|1048577|99999999|-1|+12|0x0c|1e1|12, 12|12, 13|'),
  choice(1, '9'.repeat(40)),
)
const transferEncoding = fc.constantFrom(
  ...'chunked|Chunked|chunked, chunked|gzip, chunked|chunked, gzip|identity|x| '.split('|'),
)

/** A header that declares the length of the body, right or wrong. */
export const bodyFraming = fc.oneof(
  contentLength.map((text) => `Content-Length: ${text}`),
  transferEncoding.map((text) => `Transfer-Encoding: ${text}`),
)

const manyHeaders = fc
  .tuple(fc.nat({ max: 3000 }), fc.nat({ max: 12 }))
  .map(([count, size]) => Array.from({ length: count }, (_, n) => `X-${n}: ${'x'.repeat(size)}`).join('\r\n'))

/** One header, or up to 3000. */
export const header = fc.oneof(
  choice(6, bearer, 'Host: localhost', json),
  choiceFrom(2, 'Connection: close|Connection: keep-alive|Connection: Upgrade\r\nUpgrade: websocket|Connection: x, ,'),
  choiceFrom(2, 'Host: |Host: a\r\nHost: b|Expect: 100-continue|Expect: 200-ok|Trailer: x|TE: trailers'),
  choiceFrom(1, ' folded: x|a : b|: empty|no colon|a\tb: c|X: \0|X: \x7f|X: a\r b|X: a\n y: b'),
  { weight: 2, arbitrary: bodyFraming },
  rare(manyHeaders),
  rare(fc.nat({ max: 20_000 }).map((size) => `X-Long: ${'x'.repeat(size)}`)),
  rare(bytes(30)),
)

const chunkSize = fc.constantFrom(
  ...'c|C|0|00|zz|-1| c|c |0xc|ffffffffffffffff|10000000000000000||c;x=y|c;"'.split('|'),
)

/** A chunk whose declared size is right or wrong. */
const chunk = fc
  .tuple(chunkSize, fc.constantFrom('\r\n', '\n', ''), fc.constantFrom('\r\n', '\r\n', '\n', ''))
  .map(([declaredSize, sizeEnd, chunkEnd]) => `${declaredSize}${sizeEnd}{"name":"ab"}${chunkEnd}`)

const chunks = fc.array(chunk, { maxLength: 3 }).map((all) => all.join(''))
const longBody = fc.oneof(fc.nat({ max: 70_000 }), fc.constant(1_048_577)).map((count) => 'x'.repeat(count))

export const body = fc.oneof(
  choice(4, '', '{"name":"ab"}'),
  rare(chunks.map((text) => `${text}0\r\n\r\n`)),
  rare(chunks),
  rare(bytes(300)),
  rare(longBody),
)

import fc from 'fast-check'

export interface ValidRequest {
  method: string
  /** With the placeholder NAME for the name of the sandbox. */
  bytes: string
}

const keysPath = '/sandbox/NAME/v1/organization/admin_api_keys'
const projectsPath = '/sandbox/NAME/v1/organization/projects'
const createPath = fc.constantFrom(keysPath, keysPath, projectsPath, `${projectsPath}/proj_none/service_accounts`)
const bearer = 'Authorization: Bearer sk-admin-local'

interface RequestParts {
  method: string
  target?: string
  headers?: string[]
  body?: string
}

const buildRequest = ({ method, target = keysPath, headers = [bearer], body = '' }: RequestParts): ValidRequest => {
  const lines = [`${method} ${target} HTTP/1.1`, 'Host: localhost', ...headers]
  return { method, bytes: `${lines.join('\r\n')}\r\n\r\n${body}` }
}

const constantRequest = (parts: RequestParts) => fc.constant(buildRequest(parts))

const bodies = fc.oneof(
  { weight: 4, arbitrary: fc.record({ name: fc.string({ maxLength: 20 }) }).map((body) => JSON.stringify(body)) },
  { weight: 1, arbitrary: fc.constantFrom('{}', '{"name":', '[]', '', '{"name":"a","expires_in_seconds":0}') },
)

const withContentLength = (contentType: string, ...moreHeaders: string[]) =>
  fc.tuple(createPath, bodies).map(([target, body]) =>
    buildRequest({
      method: 'POST',
      target,
      headers: [bearer, contentType, ...moreHeaders, `Content-Length: ${Buffer.byteLength(body)}`],
      body,
    }),
  )

const jsonType = 'Content-Type: application/json'

/** Chunked requests, some with chunk extensions and trailers. */
const chunked = fc
  .tuple(createPath, bodies, fc.array(fc.nat({ max: 60 }), { maxLength: 4 }), fc.boolean())
  .map(([target, body, sizes, hasExtensions]) => {
    const chunks: string[] = []
    let remaining = body
    for (const size of [...sizes, body.length]) {
      const chunk = remaining.slice(0, size)
      remaining = remaining.slice(size)
      if (chunk !== '') chunks.push(`${chunk.length.toString(16)}${hasExtensions ? ';note="x"' : ''}\r\n${chunk}\r\n`)
    }
    const end = hasExtensions ? '000\r\nX-Trailer: 1\r\n\r\n' : '0\r\n\r\n'
    return buildRequest({
      method: 'POST',
      target,
      headers: [bearer, jsonType, 'Transfer-Encoding: chunked'],
      body: chunks.join('') + end,
    })
  })

/** Valid HTTP requests after which the server keeps the connection open. */
export const validRequest: fc.Arbitrary<ValidRequest> = fc.oneof(
  { weight: 3, arbitrary: withContentLength(jsonType) },
  { weight: 3, arbitrary: chunked },
  { weight: 1, arbitrary: withContentLength(jsonType, 'Expect: 100-continue') },
  { weight: 1, arbitrary: withContentLength('Content-Type: text/plain') },
  { weight: 3, arbitrary: constantRequest({ method: 'GET' }) },
  { weight: 1, arbitrary: constantRequest({ method: 'GET', target: `http://api.example${keysPath}?limit=1` }) },
  { weight: 1, arbitrary: constantRequest({ method: 'GET', target: `${keysPath}/key_admin` }) },
  {
    weight: 1,
    arbitrary: constantRequest({ method: 'DELETE', target: `${keysPath}/key_old`, headers: [bearer, jsonType] }),
  },
  { weight: 1, arbitrary: constantRequest({ method: 'GET', target: `${keysPath}/%ff` }) },
  { weight: 1, arbitrary: constantRequest({ method: 'GET', target: '/sandbox/NAME/v1/unknown' }) },
  { weight: 1, arbitrary: constantRequest({ method: 'GET', headers: [] }) },
  { weight: 1, arbitrary: constantRequest({ method: 'HEAD' }) },
  { weight: 1, arbitrary: constantRequest({ method: 'GET', target: `${projectsPath}?include_archived=true` }) },
  { weight: 1, arbitrary: constantRequest({ method: 'GET', target: '/sandbox/NAME/v1/organization/audit_logs' }) },
  { weight: 1, arbitrary: constantRequest({ method: 'GET', target: '/sandbox/NAME/v1/models' }) },
  { weight: 1, arbitrary: constantRequest({ method: 'GET', target: '/sandbox/NAME/v1/files' }) },
  {
    weight: 1,
    arbitrary: constantRequest({ method: 'PATCH', headers: [bearer, 'Content-Length: 9'], body: 'GET / HTT' }),
  },
  {
    weight: 1,
    arbitrary: constantRequest({ method: 'GET', headers: [bearer, 'Content-Length: 9'], body: 'GET / HTT' }),
  },
)

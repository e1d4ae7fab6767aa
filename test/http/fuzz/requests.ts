import fc from 'fast-check'

/** A request that is HTTP, in the sandbox that NAME stands for. */
export interface Request {
  method: string
  bytes: string
}

const keys = '/sandbox/NAME/v1/organization/admin_api_keys'
const bearer = 'Authorization: Bearer sk-admin-local'

interface Parts {
  method: string
  target?: string
  headers?: string[]
  body?: string
}

const request = ({ method, target = keys, headers = [bearer], body = '' }: Parts): Request => {
  const lines = [`${method} ${target} HTTP/1.1`, 'Host: localhost', ...headers]
  return { method, bytes: `${lines.join('\r\n')}\r\n\r\n${body}` }
}

const plain = (parts: Parts) => fc.constant(request(parts))

const bodies = fc.oneof(
  { weight: 4, arbitrary: fc.record({ name: fc.string({ maxLength: 20 }) }).map((body) => JSON.stringify(body)) },
  { weight: 1, arbitrary: fc.constantFrom('{}', '{"name":', '[]', '', '{"name":"a","expires_in_seconds":0}') },
)

const measured = (type: string, ...more: string[]) =>
  bodies.map((body) =>
    request({ method: 'POST', headers: [bearer, type, ...more, `Content-Length: ${Buffer.byteLength(body)}`], body }),
  )

const json = 'Content-Type: application/json'

/** In chunks, with all that may stand around them. */
const chunked = fc
  .tuple(bodies, fc.array(fc.nat({ max: 60 }), { maxLength: 4 }), fc.boolean())
  .map(([body, sizes, isOdd]) => {
    const chunks: string[] = []
    let rest = body
    for (const size of [...sizes, body.length]) {
      const chunk = rest.slice(0, size)
      rest = rest.slice(size)
      if (chunk !== '') chunks.push(`${chunk.length.toString(16)}${isOdd ? ';note="x"' : ''}\r\n${chunk}\r\n`)
    }
    const end = isOdd ? '000\r\nX-Trailer: 1\r\n\r\n' : '0\r\n\r\n'
    return request({
      method: 'POST',
      headers: [bearer, json, 'Transfer-Encoding: chunked'],
      body: chunks.join('') + end,
    })
  })

/** Requests whose answers leave the connection open. */
export const wellFormed: fc.Arbitrary<Request> = fc.oneof(
  { weight: 3, arbitrary: measured(json) },
  { weight: 3, arbitrary: chunked },
  { weight: 1, arbitrary: measured(json, 'Expect: 100-continue') },
  { weight: 1, arbitrary: measured('Content-Type: text/plain') },
  { weight: 3, arbitrary: plain({ method: 'GET' }) },
  { weight: 1, arbitrary: plain({ method: 'GET', target: `http://api.example${keys}?limit=1` }) },
  { weight: 1, arbitrary: plain({ method: 'GET', target: `${keys}/key_admin` }) },
  { weight: 1, arbitrary: plain({ method: 'DELETE', target: `${keys}/key_old`, headers: [bearer, json] }) },
  { weight: 1, arbitrary: plain({ method: 'GET', target: `${keys}/%ff` }) },
  { weight: 1, arbitrary: plain({ method: 'GET', target: '/sandbox/NAME/v1/unknown' }) },
  { weight: 1, arbitrary: plain({ method: 'GET', headers: [] }) },
  { weight: 1, arbitrary: plain({ method: 'HEAD' }) },
  {
    weight: 1,
    arbitrary: plain({ method: 'PATCH', headers: [bearer, 'Content-Length: 9'], body: 'GET / HTT' }),
  },
  {
    weight: 1,
    arbitrary: plain({ method: 'GET', headers: [bearer, 'Content-Length: 9'], body: 'GET / HTT' }),
  },
)

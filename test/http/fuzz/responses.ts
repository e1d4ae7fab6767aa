/** A response as received, with header names in lower case. */
export interface ParsedResponse {
  status: number
  headers: [name: string, value: string][]
  text: string
}

/** The bytes are not a sequence of HTTP responses. */
export class MalformedResponse extends Error {
  /** More bytes could complete them. */
  readonly isIncomplete: boolean

  constructor(problem: string, bytes: Buffer, isIncomplete = false) {
    super(`${problem}: ${JSON.stringify(bytes.toString('latin1').slice(0, 2000))}`)
    this.isIncomplete = isIncomplete
  }
}

/**
 * Parses all responses on a connection, to the last byte, more strictly than any client. Throws MalformedResponse.
 * `methods` are the methods of the requests, because a response to HEAD has no body. 1xx responses are left out.
 */
export function parseResponses(bytes: Buffer, methods: readonly string[] = []): ParsedResponse[] {
  const responses: ParsedResponse[] = []
  for (let remaining = bytes; remaining.length > 0; ) {
    const headLength = remaining.indexOf('\r\n\r\n')
    if (headLength < 0) throw new MalformedResponse('incomplete head', remaining, true)
    const response = parseHead(remaining.toString('latin1', 0, headLength), remaining)
    const isBodiless = response.status < 200 || methods[responses.length] === 'HEAD'
    const length = isBodiless ? 0 : contentLength(response, remaining)
    if (remaining.length < headLength + 4 + length) throw new MalformedResponse('incomplete body', remaining, true)
    response.text = remaining.toString('utf8', headLength + 4, headLength + 4 + length)
    remaining = remaining.subarray(headLength + 4 + length)
    if (response.status >= 200) responses.push(response)
  }
  return responses
}

function parseHead(head: string, bytes: Buffer): ParsedResponse {
  const [statusLine = '', ...headerLines] = head.split('\r\n')
  const [, status] = /^HTTP\/1\.1 ([1-5]\d\d) [A-Za-z' -]+$/.exec(statusLine) ?? []
  if (status === undefined) throw new MalformedResponse('no status line', bytes)
  const headers = headerLines.map((line): [string, string] => {
    const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+): ([\x20-\x7e]*)$/.exec(line) ?? []
    if (name === undefined || value === undefined) throw new MalformedResponse(`invalid header "${line}"`, bytes)
    return [name.toLowerCase(), value]
  })
  return { status: Number(status), headers, text: '' }
}

function contentLength({ headers }: ParsedResponse, bytes: Buffer): number {
  const lengths = headers.filter(([name]) => name === 'content-length').map(([, value]) => value)
  if (lengths.length !== 1 || !/^\d+$/.test(lengths[0] ?? ''))
    throw new MalformedResponse('not exactly one valid Content-Length', bytes)
  return Number(lengths[0])
}

/** An answer as it stood on the wire, its header names in lower case. */
export interface Response {
  status: number
  headers: [name: string, value: string][]
  text: string
}

/** Bytes that are no answers of HTTP. */
export class IllFormed extends Error {
  /** They may yet become some, if more follow. */
  readonly isShort: boolean

  constructor(what: string, bytes: Buffer, isShort = false) {
    super(`${what}: ${JSON.stringify(bytes.toString('latin1').slice(0, 2000))}`)
    this.isShort = isShort
  }
}

/**
 * Reads all answers on a connection, to the last byte, more strictly than any client. Throws IllFormed.
 * `methods` are those of the requests, for an answer to HEAD has no body; what only says to go on is left out.
 */
export function readResponses(bytes: Buffer, methods: readonly string[] = []): Response[] {
  const responses: Response[] = []
  for (let rest = bytes; rest.length > 0; ) {
    const end = rest.indexOf('\r\n\r\n')
    if (end < 0) throw new IllFormed('half a head', rest, true)
    const response = readHead(rest.toString('latin1', 0, end), rest)
    const isBodiless = response.status < 200 || methods[responses.length] === 'HEAD'
    const length = isBodiless ? 0 : lengthOf(response, rest)
    if (rest.length < end + 4 + length) throw new IllFormed('half a body', rest, true)
    response.text = rest.toString('utf8', end + 4, end + 4 + length)
    rest = rest.subarray(end + 4 + length)
    if (response.status >= 200) responses.push(response)
  }
  return responses
}

function readHead(head: string, bytes: Buffer): Response {
  const [first = '', ...lines] = head.split('\r\n')
  const [, status] = /^HTTP\/1\.1 ([1-5]\d\d) [A-Za-z' -]+$/.exec(first) ?? []
  if (status === undefined) throw new IllFormed('no status line', bytes)
  const headers = lines.map((line): [string, string] => {
    const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+): ([\x20-\x7e]*)$/.exec(line) ?? []
    if (name === undefined || value === undefined) throw new IllFormed(`no header "${line}"`, bytes)
    return [name.toLowerCase(), value]
  })
  return { status: Number(status), headers, text: '' }
}

function lengthOf({ headers }: Response, bytes: Buffer): number {
  const lengths = headers.filter(([name]) => name === 'content-length').map(([, value]) => value)
  if (lengths.length !== 1 || !/^\d+$/.test(lengths[0] ?? '')) throw new IllFormed('not one length', bytes)
  return Number(lengths[0])
}

import fc from 'fast-check'
import { bearer, body, bytes, framing, header, json, keys, method, target, version } from './http-tokens.ts'
import { wellFormed } from './requests.ts'

const lines = (...all: string[]) => all.join('\r\n')
const usual = ['Host: localhost', bearer]

/** A request that is HTTP; no HEAD, for one must know of it to read what is said to it. */
export const sane = wellFormed
  .filter((each) => each.method !== 'HEAD')
  .map((each) => each.bytes.replaceAll('NAME', 'fuzzed'))

/** A sane request to which one thing is added. */
const almost = fc.tuple(sane, header).map(([text, more]) => text.replace('\r\n', `\r\n${more}\r\n`))

/** A create that says this of its body, which is that. */
const lying = fc
  .tuple(framing, body)
  .map(([said, content]) => lines(`POST ${keys} HTTP/1.1`, ...usual, json, said, '', content))

const odd = fc
  .tuple(method, target, version, fc.array(header, { maxLength: 3 }), body)
  .map(([verb, path, http, headers, content]) => lines(`${verb} ${path}${http}`, ...usual, ...headers, '', content))

/** What ends a connection, if not at once: a tunnel, another protocol, no version, no request. */
export const last = fc.oneof(
  fc.constant('CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n'),
  fc.tuple(method, target).map(([verb, path]) => `${verb} ${path}\r\n\r\n`),
  bytes(200),
)

/** Something like a request. */
export const frame = fc.oneof(
  { weight: 6, arbitrary: sane },
  { weight: 3, arbitrary: lying },
  { weight: 3, arbitrary: almost },
  { weight: 3, arbitrary: odd },
  { weight: 2, arbitrary: last },
)

import fc from 'fast-check'
import {
  bearer,
  body,
  bodyFraming,
  bytes,
  header,
  json,
  keysPath,
  method,
  projectsPath,
  target,
  version,
} from './http-tokens.ts'
import { validRequest } from './valid-requests.ts'

const joinLines = (...all: string[]) => all.join('\r\n')
const defaultHeaders = ['Host: localhost', bearer]

/** A valid request. No HEAD, because its response can be parsed only if the method is known. */
export const validText = validRequest
  .filter((each) => each.method !== 'HEAD')
  .map((each) => each.bytes.replaceAll('NAME', 'fuzzed'))

/** A valid request with an additional, maybe invalid header. */
const withExtraHeader = fc
  .tuple(validText, header)
  .map(([text, extraHeader]) => text.replace('\r\n', `\r\n${extraHeader}\r\n`))

/** A create whose framing headers do not match its body. */
const wrongFraming = fc
  .tuple(fc.constantFrom(keysPath, projectsPath), bodyFraming, body)
  .map(([path, framing, content]) => joinLines(`POST ${path} HTTP/1.1`, ...defaultHeaders, json, framing, '', content))

const arbitraryRequest = fc
  .tuple(method, target, version, fc.array(header, { maxLength: 3 }), body)
  .map(([httpMethod, requestTarget, httpVersion, headers, content]) =>
    joinLines(`${httpMethod} ${requestTarget}${httpVersion}`, ...defaultHeaders, ...headers, '', content),
  )

/** Input after which the server closes the connection: CONNECT, another protocol, no version, random bytes. */
export const connectionEnding = fc.oneof(
  fc.constant('CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n'),
  fc.tuple(method, target).map(([httpMethod, requestTarget]) => `${httpMethod} ${requestTarget}\r\n\r\n`),
  bytes(200),
)

export const fuzzedRequest = fc.oneof(
  { weight: 6, arbitrary: validText },
  { weight: 3, arbitrary: wrongFraming },
  { weight: 3, arbitrary: withExtraHeader },
  { weight: 3, arbitrary: arbitraryRequest },
  { weight: 2, arbitrary: connectionEnding },
)

import { emptyForUnknownRoute } from '../checks/alternatives.ts'
import { evaluate } from '../checks/evaluate.ts'
import { hasHeader } from '../checks/header-checks.ts'
import { type Check, hasEmptyBody, isError } from '../checks/response-checks.ts'
import { keyPath, keysPath, listRequest, type ProbeRequest, retrieveRequest, unknownId } from '../client/requests.ts'
import { type Probe, readProbe, sendAndCheck } from '../probe.ts'
import type { ProbeContext } from '../probe-context.ts'

/** `noun` is what the id should have named. */
export const isNotFound = (id: string, noun = 'admin API key') =>
  isError({ status: 404, code: 'not_found', message: `The ${noun} ${id} was not found` })

/** Returns the path that an error message names: the emulator omits the `/sandbox/NAME` of a base URL. */
const pathInMessage = ({ basePath }: ProbeContext, path: string) =>
  basePath.replace(/^\/sandbox\/[^/]+/, '') + path.replace(/\?.*/, '')

const unknownUrl = (name: string, path: string): Probe =>
  readProbe(
    name,
    'sibling',
    sendAndCheck(
      { method: 'GET', path },
      (context) => [isError({ status: 404, message: `Invalid URL (GET ${pathInMessage(context, path)})` })],
      [emptyForUnknownRoute],
    ),
  )

export const isMethodNotAllowed = (context: ProbeContext, method: string, path: string, allow: string): Check[] => [
  isError({
    status: 405,
    message: `Not allowed to ${method} on ${pathInMessage(context, path)}. (HINT: Perhaps you meant to use a different HTTP method?)`,
  }),
  hasHeader('allow', allow),
]

const wrongMethod = (name: string, request: ProbeRequest, allow: string): Probe =>
  readProbe(
    name,
    'sibling',
    sendAndCheck(request, (context) => isMethodNotAllowed(context, request.method, request.path, allow), [
      emptyForUnknownRoute,
    ]),
  )

const invalidHttp = (name: string, status: number, bytesOf: (context: ProbeContext) => string): Probe =>
  readProbe(name, 'assumed', async (context) =>
    evaluate(await context.sendBytes(bytesOf(context)), [isError({ status })]),
  )

const requestHead = ({ basePath, host }: ProbeContext) =>
  `GET ${basePath}${keysPath} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n`

export const errorProbes: Probe[] = [
  readProbe('retrieve-unknown', 'assumed', sendAndCheck(retrieveRequest(unknownId), [isNotFound(unknownId)])),
  unknownUrl('url-unknown', '/conform'),
  unknownUrl('url-unknown-with-query', '/conform?foo=bar'),
  unknownUrl('url-trailing-slash', `${keysPath}/`),
  unknownUrl('url-of-key-trailing-slash', `${keyPath(unknownId)}/`),
  unknownUrl('url-below-key', `${keyPath(unknownId)}/conform`),
  wrongMethod('method-options', { method: 'OPTIONS', path: keysPath }, 'GET, POST'),
  wrongMethod('method-options-of-key', { method: 'OPTIONS', path: keyPath(unknownId) }, 'GET, DELETE'),
  readProbe(
    'method-head',
    'sibling',
    sendAndCheck(
      { method: 'HEAD', path: keysPath },
      [hasEmptyBody(405), hasHeader('allow', 'GET, POST')],
      [emptyForUnknownRoute],
    ),
  ),
  readProbe(
    'encoding-of-path',
    'assumed',
    sendAndCheck({ method: 'GET', path: `${keysPath}/%zz` }, [isError({ status: 400 })]),
  ),
  readProbe('encoding-of-query', 'assumed', sendAndCheck(listRequest('?after=%zz'), [isError({ status: 400 })])),
  readProbe('host-missing', 'assumed', sendAndCheck(listRequest('', { omitsHost: true }), [isError({ status: 400 })])),
  invalidHttp('http-malformed', 400, () => 'CONFORM\r\n\r\n'),
  invalidHttp('http-unknown-method', 400, (context) => `${requestHead(context).replace('GET', 'FETCH')}\r\n`),
  invalidHttp(
    'http-headers-too-large',
    431,
    (context) => `${requestHead(context)}X-Conform: ${'x'.repeat(65_536)}\r\n\r\n`,
  ),
]

import { emptyForUnknown } from '../checks/alternatives.ts'
import { type Check, hasHeader, isEmpty, refuses } from '../checks/response-checks.ts'
import { type Asked, get, keysPath, retrieve, unknownId } from '../client/client.ts'
import { asks, examine, type Probe } from '../probe.ts'
import type { Stage } from '../probe-context.ts'

export const notFound = (id: string) =>
  refuses({ status: 404, code: 'not_found', message: `The admin API key ${id} was not found` })

const plain = (path: string) => path.replace(/\?.*/, '')

/** A URL that the API does not have, asked for with the admin key unless said otherwise. */
const unknownUrl = (name: string, path: string): Probe => ({
  name,
  evidence: 'sibling',
  run: asks(
    { method: 'GET', path },
    (stage) => [refuses({ status: 404, message: `Invalid URL (GET ${stage.path}${plain(path)})` })],
    [emptyForUnknown],
  ),
})

export const notAllowed = (stage: Stage, method: string, path: string, allow: string): Check[] => [
  refuses({
    status: 405,
    message: `Not allowed to ${method} on ${stage.path}${path}. (HINT: Perhaps you meant to use a different HTTP method?)`,
  }),
  hasHeader('allow', allow),
]

const wrongMethod = (name: string, asked: Asked, allow: string): Probe => ({
  name,
  evidence: 'sibling',
  run: asks(asked, (stage) => notAllowed(stage, asked.method, asked.path, allow), [emptyForUnknown]),
})

const bytes = (name: string, status: number, of: (stage: Stage) => string): Probe => ({
  name,
  evidence: 'assumed',
  async run(stage) {
    return examine(await stage.bytes(of(stage)), [refuses({ status })])
  },
})

const headOf = ({ path, host }: Stage) => `GET ${path}${keysPath} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n`

export const refusals: Probe[] = [
  { name: 'retrieve-unknown', evidence: 'assumed', run: asks(retrieve(unknownId), [notFound(unknownId)]) },
  unknownUrl('url-unknown', '/conform'),
  unknownUrl('url-unknown-with-query', '/conform?foo=bar'),
  unknownUrl('url-slash', `${keysPath}/`),
  unknownUrl('url-of-key-slash', `${keysPath}/${unknownId}/`),
  unknownUrl('url-below-key', `${keysPath}/${unknownId}/conform`),
  wrongMethod('method-options', { method: 'OPTIONS', path: keysPath }, 'GET, POST'),
  wrongMethod('method-options-of-key', { method: 'OPTIONS', path: `${keysPath}/${unknownId}` }, 'GET, DELETE'),
  {
    name: 'method-head',
    evidence: 'sibling',
    run: asks({ method: 'HEAD', path: keysPath }, [isEmpty(405), hasHeader('allow', 'GET, POST')], [emptyForUnknown]),
  },
  { name: 'encoding-of-path', evidence: 'assumed', run: asks(get('/%zz'), [refuses({ status: 400 })]) },
  { name: 'encoding-of-query', evidence: 'assumed', run: asks(get('?after=%zz'), [refuses({ status: 400 })]) },
  {
    name: 'host-missing',
    evidence: 'assumed',
    run: asks(get('', { isHostless: true }), [refuses({ status: 400 })]),
  },
  bytes('http-malformed', 400, () => 'CONFORM\r\n\r\n'),
  bytes('http-unknown-method', 400, (stage) => `${headOf(stage).replace('GET', 'FETCH')}\r\n`),
  bytes('http-headers-too-large', 431, (stage) => `${headOf(stage)}X-Conform: ${'x'.repeat(65_536)}\r\n\r\n`),
]

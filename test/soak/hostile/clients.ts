import { setTimeout as sleep } from 'node:timers/promises'
import { exchange, openUnread, requestText, sendUnread } from './sockets.ts'

const kib = 1024

// Their own sandbox: the others are compared with a model.
const root = '/sandbox/hostile'
const keys = `${root}/v1/organization/admin_api_keys`
const projects = `${root}/v1/organization/projects`
const control = `${root}/_emulator`

/** The sandboxes that hostile clients hold, besides `hostile`. */
export const hostileSandboxes = 50

const nestedEscapes = `%${'25'.repeat(7 * kib)}`
const yaml = 'Content-Type: application/yaml\r\n'
const deepJson = '['.repeat(50 * kib) + ']'.repeat(50 * kib)
const wrongYaml = [
  Array.from({ length: 1000 }, (_, n) => `key${n}: 1\n`).join(''),
  '- "a" b\n'.repeat(1000),
  '['.repeat(8 * kib),
  Array.from({ length: 500 }, (_, n) => `- &a${n} 1\n- *a${n}\n`).join(''),
  'keys:\n- name: a\n  created_at: [',
]

const oneOf = <Item>(items: readonly Item[], round: number): Item => items[round % items.length] as Item

/** Resolves to the statuses of the responses that it reads. */
type HostileClient = (port: number, round: number) => Promise<number[] | undefined>

/** What each hostile client does again and again. */
export const hostileClients: Record<string, HostileClient> = {
  'pipelines without reading': (port) => sendUnread(port, 1, requestText('GET', `${keys}?limit=1`).repeat(1000)),
  'follows the journal without reading': (port) =>
    sendUnread(port, 20, requestText('GET', `${control}/journal/stream?since=unknown`)),
  'leaves large responses unread': (port) => sendUnread(port, 5, requestText('GET', '/openapi.yaml').repeat(3)),
  'sends URLs of nested percent-encoding, and too long ones': (port, round) =>
    exchange(port, requestText('GET', `${keys}?x=${nestedEscapes.repeat(1 + (round % 2))}`)),
  'filters the audit log by many ids': (port, round) =>
    exchange(
      port,
      requestText('GET', `${root}/v1/organization/audit_logs?${`actor_ids[]=${round}&resource_ids[]=a&`.repeat(400)}`),
    ),
  'sends projects that are too long, and writes to unknown ones': (port, round) =>
    exchange(
      port,
      requestText(
        'POST',
        oneOf([projects, `${projects}/none/service_accounts`, `${projects}/none/archive`], round),
        `{"name":"${'x'.repeat(round % 3 === 0 ? 1100 * kib : 100)}"}`,
      ),
    ),
  'sends deep JSON': (port, round) =>
    exchange(port, requestText('POST', oneOf([keys, `${control}/faults`], round), deepJson)),
  'sends bodies slowly': sendSlowly,
  'leaves half-open connections': leaveHalfOpen,
  'resets connections in the middle': resetInTheMiddle,
  'pipelines CONNECT and broken HTTP': (port, round) =>
    exchange(port, oneOf(['CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n', 'GET / HTTP/9\r\n\r\n'], round).repeat(100)),
  'creates and removes sandboxes': replaceSandbox,
  'loads states of broken YAML': (port, round) =>
    exchange(port, requestText('PUT', `${control}/state`, oneOf(wrongYaml, round), yaml)),
  'sends requests as a page of another site': sendAsPage,
  'patches responses with all that is allowed': patchResponses,
}

async function sendSlowly(port: number): Promise<undefined> {
  const sockets = Array.from({ length: 10 }, () => openUnread(port))
  for (const socket of sockets) socket.write(requestText('POST', keys, ' '.repeat(1000)).slice(0, -900))
  for (let n = 0; n < 5; n++) {
    await sleep(100)
    for (const socket of sockets) socket.write('{')
  }
  for (const socket of sockets) socket.destroy()
}

async function leaveHalfOpen(port: number): Promise<undefined> {
  const sockets = Array.from({ length: 20 }, () => openUnread(port))
  for (const [n, socket] of sockets.entries()) socket.end(oneOf(['', 'GET / HT', requestText('GET', keys)], n))
  await sleep(500)
  for (const socket of sockets) socket.destroy()
}

async function resetInTheMiddle(port: number): Promise<undefined> {
  for (let n = 0; n < 10; n++) {
    const socket = openUnread(port)
    socket.write(requestText('POST', keys, '{"name":"abandoned"}').slice(0, n % 2 === 0 ? -5 : undefined))
    await sleep(10)
    socket.resetAndDestroy()
  }
}

async function replaceSandbox(port: number, round: number): Promise<number[]> {
  const name = (index: number) => `hostile-${index % (hostileSandboxes + 1)}`
  const created = await exchange(port, requestText('GET', `/sandbox/${name(round)}/v1/organization/admin_api_keys`))
  const removal = requestText('DELETE', `/_emulator/sandboxes/${name(round + 1)}`)
  return [...created, ...(await exchange(port, removal))]
}

/** Throws unless each request is refused. */
async function sendAsPage(port: number, round: number): Promise<undefined> {
  const site = oneOf(['Origin: https://evil.example\r\n', 'Sec-Fetch-Site: cross-site\r\n', 'Origin: null\r\n'], round)
  for (const path of ['/_emulator/reset', `${control}/faults`, '/sandbox/never/_emulator/reset']) {
    const statuses = await exchange(port, requestText('POST', path, '{}', `${site}Connection: close\r\n`))
    if (statuses.some((status) => status !== 403)) throw new Error(`${site.trim()}: POST ${path} got ${statuses}`)
  }
}

async function patchResponses(port: number): Promise<number[]> {
  const patch = Array.from({ length: 10 }, (_, n) => ({ op: 'add', path: `/x${n}`, value: 'x'.repeat(10 * kib) }))
  const fault = JSON.stringify({ operation: 'list', kind: 'json_patch', times: 1, patch })
  const added = await exchange(port, requestText('POST', `${control}/faults`, fault))
  const listed = await exchange(port, requestText('GET', `${keys}?limit=1`))
  return [...added, ...listed, ...(await exchange(port, requestText('DELETE', `${control}/faults`)))]
}

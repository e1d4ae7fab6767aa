import { expect, test } from 'vitest'
import { adminKey, keysUrl } from '../support/app.ts'
import { serve } from '../support/program.ts'

type Call = [method: string, path: string, body?: unknown]

/** What changes a sandbox, in an order in which each succeeds. */
const changes: Call[] = [
  ['PUT', '/sandbox/a/_emulator/clock', { now: '2026-01-01T00:00:00Z', frozen: true }],
  ['PUT', '/sandbox/a/_emulator/clock', { advance: '30d' }],
  ['DELETE', '/sandbox/a/_emulator/clock'],
  ['POST', '/_emulator/sandboxes', { name: 'copy', from: { sandbox: 'a' } }],
  ['POST', '/_emulator/faults', { operation: 'list', kind: 'error', status: 429, times: 2 }],
  ['POST', '/_emulator/faults', { operation: '*', kind: 'rate_limit', requests: 1, per: '1m' }],
  ['DELETE', '/_emulator/faults/fault_1'],
  ['DELETE', '/_emulator/faults'],
  ['PATCH', '/_emulator/behavior', { auth: 'any' }],
  ['PUT', '/_emulator/snapshots/before'],
  ['POST', '/_emulator/snapshots/before/restore'],
  ['DELETE', '/_emulator/snapshots/before'],
  ['POST', '/_emulator/state', { keys: [{ name: 'x' }] }],
  ['PUT', '/_emulator/state', { keys: [{ name: 'x' }, { name: 'y' }] }],
  ['POST', '/_emulator/reset', { only: ['keys', 'clock'] }],
  ['POST', '/_emulator/reset'],
  ['DELETE', '/_emulator/journal'],
  ['DELETE', '/_emulator/sandboxes/copy'],
  ['DELETE', '/_emulator/sandboxes'],
]

/** What leaves every sandbox as it is. */
const others: Call[] = [
  ['GET', '/_emulator/sandboxes'],
  ['GET', '/_emulator/state'],
  ['GET', '/_emulator/clock'],
  ['GET', '/_emulator/faults'],
  ['GET', '/_emulator/journal'],
  ['GET', '/_emulator/snapshots'],
  ['GET', '/_emulator/behavior'],
  ['GET', '/openapi.json'],
  ['PUT', '/_emulator/clock', { now: 'never' }],
  ['POST', '/_emulator/faults', { kind: 'none' }],
  ['DELETE', '/_emulator/faults/fault_9'],
  ['PUT', '/_emulator/state', { keys: [{}] }],
  ['POST', '/_emulator/reset', { only: [] }],
  ['DELETE', '/_emulator/sandboxes/none'],
]

async function send(url: string, calls: readonly Call[]): Promise<number[]> {
  const statuses: number[] = []
  for (const [method, path, body] of calls) {
    const payload = body === undefined ? {} : { body: JSON.stringify(body) }
    const response = await fetch(url + path, { method, ...payload })
    await response.text()
    statuses.push(response.status)
  }
  return statuses
}

const expectedEvents = [
  { sandbox: 'a', msg: 'sandbox created from the seed' },
  { sandbox: 'a', msg: 'clock set', now: '2026-01-01T00:00:00.000Z', frozen: true },
  { sandbox: 'a', msg: 'clock set', now: '2026-01-31T00:00:00.000Z', frozen: true },
  { sandbox: 'a', msg: 'clock reset' },
  { sandbox: 'copy', msg: 'sandbox created as a copy' },
  {
    sandbox: 'default',
    msg: 'fault added',
    fault: 'fault_1',
    operation: 'admin-api-keys-list',
    kind: 'error',
    times: 2,
  },
  { sandbox: 'default', msg: 'fault added', fault: 'fault_2', operation: '*', kind: 'rate_limit' },
  { sandbox: 'default', msg: 'fault removed', fault: 'fault_1' },
  { sandbox: 'default', msg: 'faults removed', count: 1 },
  { sandbox: 'default', msg: 'behavior changed', behavior: { auth: 'any' } },
  { sandbox: 'default', msg: 'snapshot taken', snapshot: 'before' },
  { sandbox: 'default', msg: 'snapshot restored', snapshot: 'before' },
  { sandbox: 'default', msg: 'snapshot deleted', snapshot: 'before' },
  { sandbox: 'default', msg: 'state added', keys: 2 },
  { sandbox: 'default', msg: 'state replaced', keys: 3 },
  { sandbox: 'default', msg: 'sandbox reset', only: ['keys', 'clock'] },
  { sandbox: 'default', msg: 'sandbox reset' },
  { sandbox: 'default', msg: 'journal cleared', count: 0 },
  { sandbox: 'copy', msg: 'sandbox removed' },
  { sandbox: 'a', msg: 'sandbox removed' },
]

test('as JSON, each change by a control is one line at info; reads and refused changes have no line', async () => {
  const { url, output, child, finished } = await serve(['--log-level', 'info'])
  expect((await send(url, changes)).filter((status) => status >= 300)).toEqual([])
  expect((await send(url, others.slice(8))).filter((status) => status < 400)).toEqual([])
  await send(url, others)
  child.kill('SIGTERM')
  await finished
  const lines = output.stderr.trim().split('\n')
  const events = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg !== 'stopped')
  expect(events).toEqual(expectedEvents.map((event) => ({ level: 30, time: expect.any(Number), ...event })))
})

test('as pretty lines, each change by a control is one line with its sandbox and details', async () => {
  const { url, output, child, finished } = await serve(['--log-level', 'info', '--log-format', 'pretty', '--json'])
  await send(url, changes)
  await send(url, others)
  child.kill('SIGTERM')
  await finished
  const lines = output.stderr.trim().split('\n')
  const events = lines.map((line) => line.replace(/^\d\d:\d\d:\d\d /, '')).filter((line) => line !== 'stopped')
  expect(events).toHaveLength(expectedEvents.length)
  expect(events.slice(0, 6)).toEqual([
    '[a] sandbox created from the seed',
    '[a] clock set now=2026-01-01T00:00:00.000Z frozen=true',
    '[a] clock set now=2026-01-31T00:00:00.000Z frozen=true',
    '[a] clock reset',
    '[copy] sandbox created as a copy',
    '[default] fault added fault=fault_1 operation=admin-api-keys-list kind=error times=2',
  ])
  expect(events).toContain('[default] sandbox reset only=["keys","clock"]')
})

test('a sandbox that a request creates is logged before the request', async () => {
  const { url, output } = await serve(['--log-level', 'info'])
  await fetch(`${url}/sandbox/a${keysUrl}`, { headers: { authorization: `Bearer ${adminKey}` } })
  const lines = () => output.stderr.trim().split('\n')
  await expect.poll(lines).toHaveLength(2)
  expect(lines().map((line) => JSON.parse(line))).toMatchObject([
    { msg: 'sandbox created from the seed', sandbox: 'a' },
    { msg: 'request', sandbox: 'a', status: 200 },
  ])
})

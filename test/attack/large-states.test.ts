import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { keysUrl } from '../support/app.ts'
import { runProgram, serve } from '../support/program.ts'
import { type HostileRequest, send } from './send.ts'
import { longestGapMs, measureWorstGap } from './worst-gap.ts'

const mb = 1e6

/** Adds keys whose names have a million characters each. */
async function addLongKeys(url: string, count: number): Promise<void> {
  for (let left = count; left > 0; left -= 60) {
    const keys = [{ generate: Math.min(left, 60), name: `${'x'.repeat(mb - 3)}{n}` }]
    const request = { method: 'POST', path: '/_emulator/state', body: JSON.stringify({ keys }) }
    expect((await send(url, request)).status).toBe(200)
  }
}

const exportRequest: HostileRequest = { path: '/_emulator/state' }

const tooLarge = (keys: number) => ({
  status: 413,
  error: {
    type: 'emulator_error',
    code: 'state_too_large',
    param: null,
    message: expect.stringMatching(
      new RegExp(`^The state cannot be exported: it has ${keys} keys.*at most 536 MB.*snapshot.*GET /_emulator/keys`),
    ),
  },
})

async function exportFrom(url: string) {
  const { status, text } = await send(url, exportRequest)
  return { status, ...JSON.parse(text) }
}

test('an export of up to 536 MB is sent, and a larger one is refused without blocking the server', async () => {
  const { url } = await serve()
  await addLongKeys(url, 520)
  const { status, keys } = await exportFrom(url)
  expect([status, keys.length]).toEqual([200, 521])
  await addLongKeys(url, 30)
  const worst = await measureWorstGap(url, async () => expect(await exportFrom(url)).toMatchObject(tooLarge(551)))
  expect(worst).toBeLessThanOrEqual(longestGapMs)
}, 180_000)

test('an export whose size is known only when it is written is refused, too', async () => {
  const { url } = await serve()
  const { id } = JSON.parse((await send(url, { path: '/v1/organization/projects' })).text).data[0]
  // Each character takes six in JSON, but one in the database.
  const name = '\u0001'.repeat(170_000)
  const body = JSON.stringify({ name, create_service_account_only: true })
  for (let n = 0; n < 530; n++) {
    const path = `/v1/organization/projects/${id}/service_accounts`
    expect((await send(url, { method: 'POST', path, body })).status).toBe(200)
  }
  expect(await exportFrom(url)).toMatchObject(tooLarge(1))
  expect((await send(url, { path: keysUrl })).status).toBe(200)
}, 180_000)

test('a sandbox in memory that is full says so in a 503, and keeps its keys', async () => {
  const { url } = await serve()
  await addLongKeys(url, 1020)
  const create = { method: 'POST', path: keysUrl, body: JSON.stringify({ name: 'x'.repeat(mb) }) }
  let response = await send(url, create)
  for (let n = 0; n < 60 && response.status === 200; n++) response = await send(url, create)
  expect(response.status).toBe(503)
  expect(JSON.parse(response.text).error).toMatchObject({
    code: 'storage_unavailable',
    message:
      "the sandbox 'default' is full: in memory, it can have at most 1 GiB; reset it, or store sandboxes with --data",
  })
  const addKeys = {
    method: 'POST',
    path: '/_emulator/state',
    body: JSON.stringify({ keys: [{ name: 'x'.repeat(mb) }] }),
  }
  expect((await send(url, addKeys)).status).toBe(503)
  expect((await send(url, { path: keysUrl })).status).toBe(200)
  expect((await send(url, { method: 'POST', path: '/_emulator/reset' })).status).toBe(200)
  expect((await send(url, create)).status).toBe(200)
}, 180_000)

/** Serves a state that has a few KB of JSON, but gigabytes with indentation. */
async function serveDeepState(): Promise<string> {
  const deep = '['.repeat(5000) + ']'.repeat(5000)
  const server = createServer(({ url }, response) => {
    response.end(url === '/_emulator/sandboxes' ? '{"data":[]}' : `{"deep":[${Array(40).fill(deep)}]}`)
  })
  server.listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('the state command reports in one line that a state is too long to be indented, and prints it with --json', async () => {
  const url = await serveDeepState()
  expect(await runProgram(['state', '--url', url])).toEqual({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/\nadmin-keys-emulator: the state is too long to be indented: use --json\n$/),
  })
  const { code, stdout } = await runProgram(['state', '--json', '--url', url])
  expect([code, stdout.length]).toEqual([0, 40 * 10_001 + 11])
})

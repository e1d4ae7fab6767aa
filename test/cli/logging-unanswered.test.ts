import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { adminKey, keysUrl } from '../support/app.ts'
import { serve } from '../support/program.ts'

const headers = { authorization: `Bearer ${adminKey}` }

async function serveWithFault(fault: object) {
  const server = await serve(['--log-level', 'info'])
  const body = JSON.stringify({ operation: 'list', ...fault })
  expect((await fetch(`${server.url}/_emulator/faults`, { method: 'POST', body })).status).toBe(201)
  return {
    ...server,
    /** Ends the server and returns the lines of requests. */
    async stop(): Promise<Record<string, unknown>[]> {
      server.child.kill('SIGTERM')
      await server.finished
      const lines = server.output.stderr.trim().split('\n')
      return lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'request')
    },
  }
}

/** Sends a request and closes the connection after 100 ms. */
async function sendAndLeave(url: string): Promise<void> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.on('error', () => {})
  socket.write(`GET ${keysUrl} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${adminKey}\r\n\r\n`)
  await sleep(100)
  socket.destroy()
}

const listRequest = { level: 30, sandbox: 'default', operation: 'admin-api-keys-list', method: 'GET', path: keysUrl }

test.each([
  ['connection_reset', undefined],
  ['empty_response', undefined],
  ['truncated_body', 200],
])('a request that the fault %s breaks is one line with the fault', async (kind, status) => {
  const { url, stop } = await serveWithFault({ kind })
  await expect(fetch(url + keysUrl, { headers }).then((response) => response.text())).rejects.toThrow()
  const lines = await stop()
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatchObject({ ...listRequest, reason: `fault; fault=fault_1; kind=${kind}` })
  expect(lines[0]?.['status']).toBe(status)
})

test('a request that hangs is one line when it begins to hang', async () => {
  const { url, output, stop } = await serveWithFault({ kind: 'hang' })
  const response = expect(fetch(url + keysUrl, { headers })).rejects.toThrow()
  await expect.poll(() => output.stderr).toContain('"reason":"fault; fault=fault_1; kind=hang"')
  const lines = await stop()
  await response
  expect(lines).toHaveLength(1)
  expect(lines[0]).not.toHaveProperty('status')
})

test('a request whose client leaves before the response is one line', async () => {
  const { url, output, stop } = await serveWithFault({ kind: 'delay', ms: 60_000 })
  await sendAndLeave(url)
  await expect.poll(() => output.stderr).toContain('client_left')
  const lines = await stop()
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatchObject({ ...listRequest, reason: 'client_left; the response was not sent' })
  expect(lines[0]).not.toHaveProperty('status')
})

test('a request that a reset aborts is one line', async () => {
  const { url, stop } = await serveWithFault({ kind: 'delay', ms: 60_000 })
  const response = expect(fetch(url + keysUrl, { headers })).rejects.toThrow()
  await sleep(100)
  await fetch(`${url}/_emulator/reset`, { method: 'POST' })
  await response
  const lines = await stop()
  expect(lines).toHaveLength(1)
  expect(lines[0]).toMatchObject({ ...listRequest, reason: expect.stringMatching(/^aborted; /) })
  expect(lines[0]).not.toHaveProperty('status')
})

test('a delayed request whose client waits is one line with its status and duration', async () => {
  const { url, stop } = await serveWithFault({ kind: 'delay', ms: 200 })
  expect((await fetch(url + keysUrl, { headers })).status).toBe(200)
  const lines = await stop()
  expect(lines).toMatchObject([{ ...listRequest, status: 200 }])
  expect(lines[0]?.['duration_ms']).toBeGreaterThanOrEqual(199)
})

import { get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { monotonicNow } from '../../common/clock.ts'
import { type EmulatorLocation, emulatorUrl } from '../../config/location.ts'
import type { Options } from '../../config/options.ts'
import { agentFor } from '../../control-client/agents.ts'
import { printError } from '../output.ts'

const requestTimeoutMs = 2000
const pollIntervalMs = 50

/** Resolves when `/ready` responds with 200. Sets exit code 1 if it does not within `timeout` milliseconds. */
export async function wait({ timeout, ...location }: EmulatorLocation & Options<'timeout'>): Promise<void> {
  const url = `${emulatorUrl(location)}/ready`
  const deadline = monotonicNow() + timeout
  for (;;) {
    const { ok, detail } = await check(url, Math.min(requestTimeoutMs, Math.max(deadline - monotonicNow(), 1)))
    if (ok) return
    if (monotonicNow() + pollIntervalMs > deadline) return fail(`${url} was not ready within ${timeout} ms: ${detail}`)
    await sleep(pollIntervalMs)
  }
}

/** Requests `/health` once. Sets exit code 1 if it does not respond with 200. */
export async function healthcheck(location: EmulatorLocation): Promise<void> {
  const url = `${emulatorUrl(location)}/health`
  const { ok, detail } = await check(url, requestTimeoutMs)
  if (!ok) fail(`${url} is not healthy: ${detail}`)
}

/** Resolves to whether the status is 200. `detail` is the status, or the error message if there was no response. */
async function check(url: string, timeout: number): Promise<{ ok: boolean; detail: string }> {
  const agent = await agentFor(url)
  return new Promise((resolve) => {
    const request = get(url, { agent, timeout }, (response) => {
      response.resume()
      resolve({ ok: response.statusCode === 200, detail: String(response.statusCode) })
    })
    request.on('timeout', () => request.destroy(new Error(`no response within ${Math.round(timeout)} ms`)))
    request.on('error', ({ message }) => resolve({ ok: false, detail: message }))
  })
}

function fail(message: string): void {
  printError(message)
  process.exitCode = 1
}

import { get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { monotonicNow } from '../../common/clock.ts'
import { type EmulatorLocation, emulatorUrl } from '../../config/location.ts'
import type { Options } from '../../config/options.ts'

// In milliseconds: for one answer, and between two questions.
const requestTimeoutMs = 2000
const pollIntervalMs = 50

/** Resolves when `/ready` answers 200; rejects when it has not within `timeout` milliseconds. */
export async function wait({ timeout, ...location }: EmulatorLocation & Options<'timeout'>): Promise<void> {
  const url = `${emulatorUrl(location)}/ready`
  const deadline = monotonicNow() + timeout
  for (;;) {
    const status = await requestStatus(url, Math.min(requestTimeoutMs, Math.max(deadline - monotonicNow(), 1)))
    if (status === '200') return
    if (monotonicNow() + pollIntervalMs > deadline) return fail(`${url} was not ready within ${timeout} ms: ${status}`)
    await sleep(pollIntervalMs)
  }
}

/** Asks `/health` once. */
export async function healthcheck(location: EmulatorLocation): Promise<void> {
  const url = `${emulatorUrl(location)}/health`
  const status = await requestStatus(url, requestTimeoutMs)
  if (status !== '200') fail(`${url} is not healthy: ${status}`)
}

/** The status of the answer, or why there is none. */
function requestStatus(url: string, timeout: number): Promise<string> {
  return new Promise((resolve) => {
    const request = get(url, { agent: false, timeout }, (response) => {
      response.resume()
      resolve(String(response.statusCode))
    })
    request.on('timeout', () => request.destroy(new Error(`no answer within ${Math.round(timeout)} ms`)))
    request.on('error', (error) => resolve(error.message))
  })
}

function fail(message: string): void {
  process.stderr.write(`admin-keys-emulator: ${message}\n`)
  process.exitCode = 1
}

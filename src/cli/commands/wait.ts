import { get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { rootUrl, type Where } from '../../config/location.ts'
import type { Options } from '../../config/options.ts'
import { monotonicNow } from '../../sandbox/clock.ts'

// In milliseconds: for one answer, and between two questions.
const patience = 2000
const pause = 50

/** Resolves when `/ready` answers 200; rejects when it has not within `timeout` milliseconds. */
export async function wait({ timeout, ...where }: Where & Options<'timeout'>): Promise<void> {
  const url = `${rootUrl(where)}/ready`
  const end = monotonicNow() + timeout
  for (;;) {
    const seen = await ask(url, Math.min(patience, Math.max(end - monotonicNow(), 1)))
    if (seen === '200') return
    if (monotonicNow() + pause > end) return fail(`${url} was not ready within ${timeout} ms: ${seen}`)
    await sleep(pause)
  }
}

/** Asks `/health` once. */
export async function healthcheck(where: Where): Promise<void> {
  const url = `${rootUrl(where)}/health`
  const seen = await ask(url, patience)
  if (seen !== '200') fail(`${url} is not healthy: ${seen}`)
}

/** The status of the answer, or why there is none. */
function ask(url: string, timeout: number): Promise<string> {
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

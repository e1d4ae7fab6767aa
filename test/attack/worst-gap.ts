import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

/** No request may block the server for longer, except seeding, exporting and importing (docs/security.md). */
export const longestGapMs = 100

const retryForMs = 20_000

// A response can be sent before the server is done with the request.
const lingerMs = 200

/**
 * Runs `attack` while another connection checks the health of the server every 10 ms, and returns the longest time in
 * milliseconds that a check took. A machine busy with other things only makes it longer, so it measures again for up to 20
 * seconds while that is above the limit.
 * Before each time, it runs `prepare`.
 */
export async function measureWorstGap(
  url: string,
  attack: () => Promise<unknown>,
  prepare: () => Promise<void> = async () => {},
): Promise<number> {
  let worst = Number.POSITIVE_INFINITY
  const startedAt = performance.now()
  while (worst > longestGapMs && performance.now() - startedAt < retryForMs) {
    await prepare()
    worst = Math.min(worst, await measureOnce(url, attack))
  }
  return worst
}

async function measureOnce(url: string, attack: () => Promise<unknown>): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  let worst = 0
  const check = async () => {
    const startedAt = performance.now()
    await checkHealth(url, agent)
    worst = Math.max(worst, performance.now() - startedAt)
  }
  await checkHealth(url, agent)
  let isRunning = true
  const attackOnce = async () => {
    try {
      await attack()
      await sleep(lingerMs)
    } finally {
      isRunning = false
    }
  }
  const checkRepeatedly = async () => {
    while (isRunning) {
      await check()
      await sleep(10)
    }
  }
  await Promise.all([attackOnce(), checkRepeatedly()]).finally(() => agent.destroy())
  return worst
}

const checkHealth = (url: string, agent: Agent): Promise<void> =>
  new Promise((resolve, reject) => {
    const checked = request(`${url}/health`, { agent }, (response) => {
      response.resume().on('end', resolve)
    })
    checked.on('error', reject).end()
  })

import { setTimeout as sleep } from 'node:timers/promises'
import { SocketClient } from '../../model/harness/client.ts'

const path = '/sandbox/concurrent/v1/organization/admin_api_keys?limit=1'

/** Starts a client that repeats one request. Every response must be the same. */
export function startConcurrentClient(port: number) {
  const client = new SocketClient(port)
  const send = () => client.send({ method: 'GET', path, headers: { Authorization: 'Bearer sk-admin-local' } })
  let isStopped = false
  let requestCount = 0
  let slowestMs = 0

  async function run(): Promise<void> {
    // The first request sets last_used_at; only the second response contains it.
    await send()
    const { outcome: expected } = await send()
    while (!isStopped) {
      requestCount++
      const startedAt = performance.now()
      const { outcome } = await send()
      slowestMs = Math.max(slowestMs, performance.now() - startedAt)
      if (withoutLastUsed(outcome) !== withoutLastUsed(expected))
        throw new Error(`the concurrent client received ${JSON.stringify(outcome)}`)
    }
    client.close()
  }

  const done = run()
  // A failure rejects waitUntilServed() and stop(); without this it would also be an unhandled rejection.
  done.catch(() => {})
  return {
    /** Waits for a complete new request. Resolves to the longest response time so far, in milliseconds. */
    async waitUntilServed(): Promise<number> {
      const targetCount = requestCount + 2
      while (requestCount < targetCount) await Promise.race([sleep(1), done])
      return slowestMs
    },
    async stop(): Promise<void> {
      isStopped = true
      await done
    },
  }
}

const withoutLastUsed = (outcome: object) => JSON.stringify(outcome).replace(/last_used_at\W+\d+/, '')

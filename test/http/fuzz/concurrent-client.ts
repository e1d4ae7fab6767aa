import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from '../../model/generated/client.ts'

const path = '/sandbox/bystander/v1/organization/admin_api_keys?limit=1'

/** A client that asks the same again and again, and must always be answered the same. */
export function startBystander(port: number) {
  const client = new Client(port)
  const ask = () => client.ask({ method: 'GET', path, headers: { Authorization: 'Bearer sk-admin-local' } })
  let isOver = false
  let asked = 0
  let slowest = 0

  async function goOn(): Promise<void> {
    // The second shows when the first was.
    await ask()
    const { outcome: usual } = await ask()
    while (!isOver) {
      asked++
      const begun = performance.now()
      const { outcome } = await ask()
      slowest = Math.max(slowest, performance.now() - begun)
      if (withoutUse(outcome) !== withoutUse(usual)) throw new Error(`a bystander heard ${JSON.stringify(outcome)}`)
    }
    client.close()
  }

  const done = goOn()
  // Who asks whether it is served hears of a failure.
  done.catch(() => {})
  return {
    /** Resolves once it has been answered anew, to how long the slowest answer took so far, in milliseconds. */
    async served(): Promise<number> {
      const next = asked + 2
      while (asked < next) await Promise.race([sleep(1), done])
      return slowest
    },
    async stop(): Promise<void> {
      isOver = true
      await done
    },
  }
}

const withoutUse = (outcome: object) => JSON.stringify(outcome).replace(/last_used_at\W+\d+/, '')

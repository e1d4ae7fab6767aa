import { setTimeout as sleep } from 'node:timers/promises'
import { hostileClients } from './clients.ts'

// A separate process, so that its work does not count as the latency of the other clients. Runs while the parent says so,
// and sends it the number of rounds, or what was wrong with a response.

// At most five rounds a second each: a client that sends more takes the server's time, as any client can.
const pauseMs = 200

const port = Number(process.argv[2])
let isActive = false
let rounds = 0

async function run(name: string): Promise<void> {
  const client = hostileClients[name] as (typeof hostileClients)[string]
  for (let round = 0; ; round++) {
    while (!isActive) await sleep(20)
    const statuses = (await client(port, round)) ?? []
    rounds++
    const failed = statuses.find((status) => status >= 500)
    if (failed !== undefined) throw new Error(`a client that ${name} got ${failed}`)
    await sleep(pauseMs)
  }
}

process.on('message', (message) => {
  isActive = message === 'start'
  if (!isActive) process.send?.({ rounds })
})
process.on('disconnect', () => process.exit())
for (const name of Object.keys(hostileClients)) {
  run(name).catch((error: Error) => process.send?.({ failure: `${name}: ${error.message}` }))
}

import { Client } from '../model/generated/client.ts'
import { liveCrowd } from './concurrent-clients.ts'
import { livePair } from './model-clients.ts'
import type { Options } from './options.ts'
import type { Tally } from './tally.ts'

// Of so many sandboxes one is crowded; the others live in pairs.
const crowdedOf = 10

/** Fills the sandboxes with life until all is asked that is to be. Rejects with the first answer that should not be. */
export async function populate(port: number, tally: Tally, { sandboxes, seed }: Options): Promise<void> {
  const clients: Client[] = []
  const createClient = () => {
    const client = new Client(port)
    clients.push(client)
    return tally.counted(client)
  }
  let hasFailed = false
  const isOver = () => hasFailed || tally.isDone
  const crowds = Math.ceil(sandboxes / crowdedOf)
  const pairs = Math.ceil((sandboxes - crowds) / 2)
  const lives = [
    ...Array.from({ length: crowds }, (_, n) => liveCrowd(createClient, `crowd-${n}`, seed + n, isOver)),
    ...Array.from({ length: pairs }, (_, n) => livePair(createClient(), `pair-${n}`, seed + n, isOver)),
  ]
  try {
    await Promise.all(lives)
  } finally {
    hasFailed = true
    await Promise.allSettled(lives)
    for (const client of clients) client.close()
  }
}

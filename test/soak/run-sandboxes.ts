import { SocketClient } from '../model/harness/client.ts'
import { runConcurrentClients } from './concurrent-clients.ts'
import { runModelClient } from './model-clients.ts'
import type { SoakOptions } from './options.ts'
import type { RequestCounter } from './request-counter.ts'

// One sandbox in ten is used by concurrent clients, the others by model clients, each with a sandbox and its copy.
const sandboxesPerConcurrentSandbox = 10

/** Runs clients in all sandboxes until the requested number of requests is reached. Rejects with the first failure. */
export async function runSandboxes(
  port: number,
  counter: RequestCounter,
  { sandboxes, seed }: SoakOptions,
): Promise<void> {
  const clients: SocketClient[] = []
  const createClient = () => {
    const client = new SocketClient(port)
    clients.push(client)
    return counter.wrap(client)
  }
  let hasFailed = false
  const isDone = () => hasFailed || counter.isDone
  const concurrentCount = Math.ceil(sandboxes / sandboxesPerConcurrentSandbox)
  const modelCount = Math.ceil((sandboxes - concurrentCount) / 2)
  const runs = [
    ...Array.from({ length: concurrentCount }, (_, n) =>
      runConcurrentClients(createClient, `concurrent-${n}`, seed + n, isDone),
    ),
    ...Array.from({ length: modelCount }, (_, n) => runModelClient(createClient(), `model-${n}`, seed + n, isDone)),
  ]
  try {
    await Promise.all(runs)
  } finally {
    hasFailed = true
    await Promise.allSettled(runs)
    for (const client of clients) client.close()
  }
}

import { Agent } from 'node:http'
import { keysPath, type RequestOptions, requestOk } from './client.ts'
import { emulatorSpec, type Server, startPinned } from './servers.ts'
import { temporaryPath, writeSeed } from './temporary.ts'

export const initialKeys = 1000
export const storages = ['memory', 'file'] as const

export interface ControlTimings {
  storage: (typeof storages)[number]
  /** Milliseconds, round by round, on one connection. */
  retrieve: number[]
  reset: number[]
  fork: number[]
}

interface MeasuredServer extends ControlTimings {
  server: Server
  agent: Agent
}

// V8 optimizes hot code; a server in a test suite reaches the same state.
const warmUpRounds = 10

/** Measures a server of each storage in turn, round by round. */
export async function measureControls(rounds: number): Promise<ControlTimings[]> {
  const servers: MeasuredServer[] = []
  for (const storage of storages) servers.push(await startMeasuredServer(storage))
  for (let round = 1 - warmUpRounds; round <= rounds; round++)
    for (const measured of servers) {
      const { retrieve, reset, fork } = await measureRound(measured)
      if (round <= 0) continue
      measured.retrieve.push(retrieve)
      measured.reset.push(reset)
      measured.fork.push(fork)
    }
  for (const { server, agent } of servers) {
    agent.destroy()
    await server.stop()
  }
  return servers
}

async function startMeasuredServer(storage: ControlTimings['storage']): Promise<MeasuredServer> {
  const data = storage === 'file' ? ['--data', temporaryPath('data')] : []
  const server = await startPinned(emulatorSpec('--seed', writeSeed(initialKeys), ...data))
  return { storage, retrieve: [], reset: [], fork: [], server, agent: new Agent({ keepAlive: true }) }
}

async function measureRound({ server, agent }: MeasuredServer): Promise<Record<'retrieve' | 'reset' | 'fork', number>> {
  const send = (options: RequestOptions) => requestOk(server.port, { ...options, agent })
  const time = async (options: RequestOptions) => {
    const startedAt = performance.now()
    await send(options)
    return performance.now() - startedAt
  }
  await changeKeys(send)
  const retrieve = await time({ path: `${keysPath}/key_bench_500` })
  const fork = await time({
    method: 'POST',
    path: '/_emulator/sandboxes',
    body: '{"name":"fork","from":{"sandbox":"default"}}',
  })
  await send({ method: 'DELETE', path: '/_emulator/sandboxes/fork' })
  const reset = await time({ method: 'POST', path: '/_emulator/reset' })
  await assertInitialKeys(send)
  return { retrieve, reset, fork }
}

/** Simulates what a test does before it resets. */
async function changeKeys(send: (options: RequestOptions) => Promise<unknown>): Promise<void> {
  for (let n = 1; n <= 10; n++) {
    await send({ method: 'POST', path: keysPath, body: '{"name":"used"}' })
    await send({ path: `${keysPath}/key_bench_${n}` })
    await send({ method: 'DELETE', path: `${keysPath}/key_bench_${n}` })
  }
}

/** Throws unless a reset restored the initial keys: one that did nothing would be the fastest. */
async function assertInitialKeys(send: (options: RequestOptions) => Promise<{ body: string }>): Promise<void> {
  const { body } = await send({ path: '/_emulator/sandboxes' })
  const [only, ...others] = JSON.parse(body).data as { keys: number }[]
  // Plus the admin key.
  if (only?.keys === initialKeys + 1 && others.length === 0) return
  throw new Error(`a reset did not restore the initial sandboxes and keys: ${body}`)
}

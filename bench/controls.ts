import { Agent } from 'node:http'
import { keysPath, type RequestOptions, requestOk } from './client.ts'
import { emulatorSpec, type Server, startPinned } from './servers.ts'
import { temporaryPath, writeSeed } from './temporary.ts'

export const initialKeys = 1000
export const storages = ['memory', 'file'] as const
export const timedOperations = ['retrieve', 'reset', 'fork', 'sandbox'] as const

type Timings<Value> = Record<(typeof timedOperations)[number], Value>

/** Milliseconds, round by round, on one connection. */
export interface ControlTimings extends Timings<number[]> {
  storage: (typeof storages)[number]
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
      const times = await measureRound(measured)
      if (round <= 0) continue
      for (const operation of timedOperations) measured[operation].push(times[operation])
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
  return { storage, retrieve: [], reset: [], fork: [], sandbox: [], server, agent: new Agent({ keepAlive: true }) }
}

async function measureRound({ server, agent }: MeasuredServer): Promise<Timings<number>> {
  const send = (options: RequestOptions) => requestOk(server.port, { ...options, agent })
  const time = async (options: RequestOptions) => {
    const startedAt = performance.now()
    await send(options)
    return performance.now() - startedAt
  }
  await changeKeys(send)
  const retrieve = await time({ path: `${keysPath}/key_bench_500` })
  const createSandbox = async (from: object) => {
    const body = JSON.stringify({ name: 'other', ...from })
    const milliseconds = await time({ method: 'POST', path: '/_emulator/sandboxes', body })
    await send({ method: 'DELETE', path: '/_emulator/sandboxes/other' })
    return milliseconds
  }
  const fork = await createSandbox({ from: { sandbox: 'default' } })
  const sandbox = await createSandbox({})
  const reset = await time({ method: 'POST', path: '/_emulator/reset' })
  await assertInitialKeys(send)
  return { retrieve, reset, fork, sandbox }
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

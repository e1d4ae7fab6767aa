import { Agent } from 'node:http'
import { type Asked, askOk, keysPath } from './client.ts'
import { ours, type Server, startPinned } from './servers.ts'
import { seedOf, temporaryPath } from './temporary.ts'

export const keysAtFirst = 1000
export const storages = ['memory', 'file'] as const

export interface Controls {
  storage: (typeof storages)[number]
  /** Milliseconds, round by round, each over the same connection. */
  retrieve: number[]
  reset: number[]
  fork: number[]
}

interface Subject extends Controls {
  server: Server
  agent: Agent
}

// The engine makes the code of what it meets again and again faster: a server under test does the same.
const warmUps = 10

/** A server of each storage, measured in turn, round by round. */
export async function measureControls(rounds: number): Promise<Controls[]> {
  const subjects: Subject[] = []
  for (const storage of storages) subjects.push(await begin(storage))
  for (let round = 1 - warmUps; round <= rounds; round++)
    for (const subject of subjects) {
      const { retrieve, reset, fork } = await measureRound(subject)
      if (round <= 0) continue
      subject.retrieve.push(retrieve)
      subject.reset.push(reset)
      subject.fork.push(fork)
    }
  for (const { server, agent } of subjects) {
    agent.destroy()
    await server.stop()
  }
  return subjects
}

async function begin(storage: Controls['storage']): Promise<Subject> {
  const data = storage === 'file' ? ['--data', temporaryPath('data')] : []
  const server = await startPinned(ours('--seed', seedOf(keysAtFirst), ...data))
  return { storage, retrieve: [], reset: [], fork: [], server, agent: new Agent({ keepAlive: true }) }
}

async function measureRound({ server, agent }: Subject): Promise<Record<'retrieve' | 'reset' | 'fork', number>> {
  const ask = (asked: Asked) => askOk(server.port, { ...asked, agent })
  const time = async (asked: Asked) => {
    const began = performance.now()
    await ask(asked)
    return performance.now() - began
  }
  await use(ask)
  const retrieve = await time({ path: `${keysPath}/key_bench_500` })
  const fork = await time({
    method: 'POST',
    path: '/_emulator/sandboxes',
    body: '{"name":"fork","from":{"sandbox":"default"}}',
  })
  await ask({ method: 'DELETE', path: '/_emulator/sandboxes/fork' })
  const reset = await time({ method: 'POST', path: '/_emulator/reset' })
  await requireKeys(ask)
  return { retrieve, reset, fork }
}

/** What a test may have done before it resets. */
async function use(ask: (asked: Asked) => Promise<unknown>): Promise<void> {
  for (let n = 1; n <= 10; n++) {
    await ask({ method: 'POST', path: keysPath, body: '{"name":"used"}' })
    await ask({ path: `${keysPath}/key_bench_${n}` })
    await ask({ method: 'DELETE', path: `${keysPath}/key_bench_${n}` })
  }
}

/** A reset that did nothing would be the fastest. */
async function requireKeys(ask: (asked: Asked) => Promise<{ body: string }>): Promise<void> {
  const { body } = await ask({ path: '/_emulator/sandboxes' })
  const [only, ...others] = JSON.parse(body).data as { keys: number }[]
  // The admin key is one more.
  if (only?.keys === keysAtFirst + 1 && others.length === 0) return
  throw new Error(`after a reset there are other sandboxes and keys than at first: ${body}`)
}

import { Agent } from 'node:http'
import { askOk, inSandbox } from './client.ts'
import { residentMegabytes } from './resources.ts'
import { ours, type Server, startPinned } from './servers.ts'
import { median } from './statistics.ts'
import { seedOf } from './temporary.ts'
import { type Load, load, warmUps } from './wrk.ts'

export const counts = [1, 100, 1000] as const
export const keysInEach = 100

export interface Crowd {
  sandboxes: number
  loads: Load[]
  megabytes: number | undefined
  /** Milliseconds for a sandbox to come into being: its first answer less its second. */
  birth: number
}

/** Servers of so many sandboxes, measured in turn, round by round. */
export async function measureSandboxes(rounds: number): Promise<Crowd[]> {
  const subjects: (Crowd & { server: Server })[] = []
  for (const count of counts) subjects.push(await begin(count))
  for (let round = 1 - warmUps; round <= rounds; round++)
    for (const { server, sandboxes, loads } of subjects) {
      const measured = await load(server, { path: '/', script: 'sandboxes', args: [String(sandboxes)] })
      if (round > 0) loads.push(measured)
    }
  for (const { server } of subjects) await server.stop()
  return subjects
}

async function begin(sandboxes: number): Promise<Crowd & { server: Server }> {
  // One more than are measured, for the default one is always there.
  const server = await startPinned(
    ours('--seed', seedOf(keysInEach), '--max-sandboxes', String(Math.max(...counts) + 1)),
  )
  const first = await addressAll(server, sandboxes, '/key_bench_1')
  const second = await addressAll(server, sandboxes, '/key_bench_1')
  return { sandboxes, loads: [], megabytes: residentMegabytes(server.pid), birth: first - second, server }
}

/** The median milliseconds of one request, to what is below the keys of each. */
export async function addressAll({ port }: { port: number }, sandboxes: number, below: string): Promise<number> {
  const agent = new Agent({ keepAlive: true })
  const times: number[] = []
  for (let n = 1; n <= sandboxes; n++) {
    const began = performance.now()
    await askOk(port, { path: inSandbox(`bench-${n}`) + below, agent })
    times.push(performance.now() - began)
  }
  agent.destroy()
  return median(times)
}

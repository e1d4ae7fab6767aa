import { Agent } from 'node:http'
import { inSandbox, requestOk } from './client.ts'
import { residentMegabytes } from './resources.ts'
import { emulatorSpec, type Server, startPinned } from './servers.ts'
import { median } from './statistics.ts'
import { writeSeed } from './temporary.ts'
import { type LoadResult, measureLoad, warmUpRounds } from './wrk.ts'

export const sandboxCounts = [1, 100, 1000] as const
export const keysPerSandbox = 100

export interface SandboxFigures {
  sandboxes: number
  loads: LoadResult[]
  megabytes: number | undefined
  /** Time to create a sandbox: its first response time minus its second. */
  creationMilliseconds: number
}

/** Measures servers with different numbers of sandboxes in turn, round by round. */
export async function measureSandboxes(rounds: number): Promise<SandboxFigures[]> {
  const servers: (SandboxFigures & { server: Server })[] = []
  for (const count of sandboxCounts) servers.push(await startMeasuredServer(count))
  for (let round = 1 - warmUpRounds; round <= rounds; round++)
    for (const { server, sandboxes, loads } of servers) {
      const measured = await measureLoad(server, { path: '/', script: 'sandboxes', args: [String(sandboxes)] })
      if (round > 0) loads.push(measured)
    }
  for (const { server } of servers) await server.stop()
  return servers
}

async function startMeasuredServer(sandboxes: number): Promise<SandboxFigures & { server: Server }> {
  // Plus the default sandbox.
  const server = await startPinned(
    emulatorSpec('--seed', writeSeed(keysPerSandbox), '--max-sandboxes', String(Math.max(...sandboxCounts) + 1)),
  )
  const first = await requestEachSandbox(server, sandboxes, '/key_bench_1')
  const second = await requestEachSandbox(server, sandboxes, '/key_bench_1')
  return {
    sandboxes,
    loads: [],
    megabytes: residentMegabytes(server.pid),
    creationMilliseconds: first - second,
    server,
  }
}

/** Sends one request to each sandbox; returns the median time in milliseconds. */
export async function requestEachSandbox(
  { port }: { port: number },
  sandboxes: number,
  suffix: string,
): Promise<number> {
  const agent = new Agent({ keepAlive: true })
  const times: number[] = []
  for (let n = 1; n <= sandboxes; n++) {
    const startedAt = performance.now()
    await requestOk(port, { path: inSandbox(`bench-${n}`) + suffix, agent })
    times.push(performance.now() - startedAt)
  }
  agent.destroy()
  return median(times)
}

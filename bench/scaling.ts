import { startNginx } from './nginx.ts'
import { requestEachSandbox } from './sandboxes.ts'
import { emulatorSpec, startServer } from './servers.ts'
import { writeSeed } from './temporary.ts'
import { type LoadResult, measureLoad, warmUpRounds } from './wrk.ts'

export const scaledSandboxes = 200

/** Endpoints that serve retrieve requests to 200 sandboxes in turn. */
export const setups = ['one alone', 'one behind nginx', 'two behind nginx'] as const
export type Scaling = Record<(typeof setups)[number], LoadResult[]>

/** Pins nothing to a core: the emulators, nginx and the load share all cores. */
export async function measureScaling(rounds: number): Promise<Scaling> {
  const seed = ['--seed', writeSeed(1)]
  const emulators = await Promise.all([
    startServer(emulatorSpec(...seed)),
    startServer(emulatorSpec(...seed)),
    startServer(emulatorSpec(...seed)),
  ])
  const [alone, ...proxied] = emulators
  const proxies = [await startNginx([proxied[0].port]), await startNginx(proxied.map(({ port }) => port))]
  const endpoints = [alone, ...proxies] as const
  for (const each of endpoints) await requestEachSandbox(each, scaledSandboxes, '/key_bench_1')
  const figures: Scaling = { 'one alone': [], 'one behind nginx': [], 'two behind nginx': [] }
  for (let round = 1 - warmUpRounds; round <= rounds; round++)
    for (const [n, setup] of setups.entries()) {
      const target = { path: '/', script: 'sandboxes', args: [String(scaledSandboxes)] }
      const measured = await measureLoad(endpoints[n] as (typeof endpoints)[number], target)
      if (round > 0) figures[setup].push(measured)
    }
  for (const each of [...proxies, ...emulators]) await each.stop()
  return figures
}

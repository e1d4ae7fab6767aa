import { startNginx } from './nginx.ts'
import { addressAll } from './sandboxes.ts'
import { ours, start } from './servers.ts'
import { seedOf } from './temporary.ts'
import { type Load, load, warmUps } from './wrk.ts'

export const scaledSandboxes = 200

/** Retrieve, addressed to each of 200 sandboxes in turn: by what is asked. */
export const setups = ['one alone', 'one behind nginx', 'two behind nginx'] as const
export type Scaling = Record<(typeof setups)[number], Load[]>

/** Nothing is kept to a core, for emulators, nginx and the load share all of them. */
export async function measureScaling(rounds: number): Promise<Scaling> {
  const seed = ['--seed', seedOf(1)]
  const emulators = await Promise.all([start(ours(...seed)), start(ours(...seed)), start(ours(...seed))])
  const [alone, ...behind] = emulators
  const proxies = [await startNginx([behind[0].port]), await startNginx(behind.map(({ port }) => port))]
  const asked = [alone, ...proxies] as const
  for (const each of asked) await addressAll(each, scaledSandboxes, '/key_bench_1')
  const figures: Scaling = { 'one alone': [], 'one behind nginx': [], 'two behind nginx': [] }
  for (let round = 1 - warmUps; round <= rounds; round++)
    for (const [n, setup] of setups.entries()) {
      const target = { path: '/', script: 'sandboxes', args: [String(scaledSandboxes)] }
      const measured = await load(asked[n] as (typeof asked)[number], target)
      if (round > 0) figures[setup].push(measured)
    }
  for (const each of [...proxies, ...emulators]) await each.stop()
  return figures
}

import { askOk, inSandbox } from './client.ts'
import { operations, startFloor } from './operations.ts'
import { ours, type Server, startPinned } from './servers.ts'
import { medianOf, ratios } from './statistics.ts'
import { seedOf } from './temporary.ts'
import { type Load, load, warmUps } from './wrk.ts'

/** Retrieve, where the controls have something to do at every request. */
export interface Armed {
  bare: Load[]
  /** With the journal on, and a fault armed for another operation. */
  armed: Load[]
  /** With `--journal 0` and no fault; empty where it was not asked for. */
  unwatched: Load[]
}

const sandbox = 'armed'
const path = inSandbox(sandbox)
const fault = '{"operation":"admin-api-keys-delete","kind":"error","status":500,"times":null}'

/** Rounds of each in turn, once all are warm. */
export async function measureArmed(rounds: number, alsoUnwatched: boolean): Promise<Armed> {
  const { retrieve } = operations
  const seed = ['--seed', seedOf(retrieve.keys)]
  const armed = await startPinned(ours(...seed))
  await askOk(armed.port, { method: 'POST', path: `/sandbox/${sandbox}/_emulator/faults`, body: fault })
  const servers: Partial<Record<keyof Armed, Server>> = { bare: await startFloor(armed, retrieve), armed }
  if (alsoUnwatched) servers.unwatched = await startPinned(ours(...seed, '--journal', '0'))
  const figures: Armed = { bare: [], armed: [], unwatched: [] }
  const names = Object.keys(servers) as (keyof Armed)[]
  for (let round = 1 - warmUps; round <= rounds; round++)
    for (const name of names) {
      // A bare server is warm after one round.
      if (name === 'bare' && round < 0) continue
      const measured = await load(servers[name] as Server, retrieve.target(path))
      if (round > 0) figures[name].push(measured)
    }
  for (const server of Object.values(servers)) await server.stop()
  return figures
}

/** Of bare, in the same round, round by round. */
export const relativeTo = (bare: readonly Load[], loads: readonly Load[]) =>
  ratios(
    loads.map(({ perSecond }) => perSecond),
    bare.map(({ perSecond }) => perSecond),
  )

/** What bench/baseline.json keeps of it. */
export const armedRatios = ({ bare, armed }: Armed) => ({
  'retrieve armed throughput': medianOf(relativeTo(bare, armed)),
})

import { inSandbox, requestOk } from './client.ts'
import { operations, startBareServer } from './operations.ts'
import { emulatorSpec, type Server, startPinned } from './servers.ts'
import { medianOf, ratios } from './statistics.ts'
import { writeSeed } from './temporary.ts'
import { type LoadResult, measureLoad, warmUpRounds } from './wrk.ts'

/** Load on retrieve while the journal and an armed fault are checked on every request. */
export interface ArmedFigures {
  bare: LoadResult[]
  /** With the journal on and a fault armed for another operation. */
  armed: LoadResult[]
  /** With `--journal 0` and no fault; empty unless requested. */
  withoutJournal: LoadResult[]
}

const sandbox = 'armed'
const path = inSandbox(sandbox)
const fault = '{"operation":"admin-api-keys-delete","kind":"error","status":500,"times":null}'

/** Measures the servers in turn, round by round, after warm-up. */
export async function measureArmed(rounds: number, includeWithoutJournal: boolean): Promise<ArmedFigures> {
  const { retrieve } = operations
  const seed = ['--seed', writeSeed(retrieve.keys)]
  const armed = await startPinned(emulatorSpec(...seed))
  await requestOk(armed.port, { method: 'POST', path: `/sandbox/${sandbox}/_emulator/faults`, body: fault })
  const servers: Partial<Record<keyof ArmedFigures, Server>> = { bare: await startBareServer(armed, retrieve), armed }
  if (includeWithoutJournal) servers.withoutJournal = await startPinned(emulatorSpec(...seed, '--journal', '0'))
  const figures: ArmedFigures = { bare: [], armed: [], withoutJournal: [] }
  const names = Object.keys(servers) as (keyof ArmedFigures)[]
  for (let round = 1 - warmUpRounds; round <= rounds; round++)
    for (const name of names) {
      // A bare server needs only one warm-up round.
      if (name === 'bare' && round < 0) continue
      const measured = await measureLoad(servers[name] as Server, retrieve.target(path))
      if (round > 0) figures[name].push(measured)
    }
  for (const server of Object.values(servers)) await server.stop()
  return figures
}

/** Returns the throughput relative to the bare server, round by round. */
export const throughputRatiosTo = (bare: readonly LoadResult[], results: readonly LoadResult[]) =>
  ratios(
    results.map(({ requestsPerSecond }) => requestsPerSecond),
    bare.map(({ requestsPerSecond }) => requestsPerSecond),
  )

/** Returns the ratios that bench/baseline.json stores. */
export const armedRatios = ({ bare, armed }: ArmedFigures) => ({
  'retrieve armed throughput': medianOf(throughputRatiosTo(bare, armed)),
})

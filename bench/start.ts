import { setTimeout as sleep } from 'node:timers/promises'
import { residentMegabytes } from './resources.ts'
import { bare, type Contestant, ours, start } from './servers.ts'
import { medianOf, ratios } from './statistics.ts'

export interface StartFigures {
  name: string
  version: string
  milliseconds: number[]
  megabytes: (number | undefined)[]
}

export interface Starts {
  bare: StartFigures
  ours: StartFigures
  /** Ours where Node has kept nothing of what it compiled. */
  first: StartFigures
  peers: StartFigures[]
  /** Peers that would not start, and what they said. */
  failed: { name: string; reason: string }[]
}

/** Rounds in which each is started in turn, on any core, and ended after its first good answer. */
export async function measureStarts(rounds: number, peers: readonly Contestant[] = []): Promise<Starts> {
  const floor = { contestant: bare(), figures: blank(bare()) }
  const own = { contestant: ours(), figures: blank(ours()) }
  const first = { contestant: oursAtFirst(), figures: blank(oursAtFirst()) }
  const others = peers.map((contestant) => ({ contestant, figures: blank(contestant) }))
  const failed = new Map<string, string>()
  await keepCompiled()
  for (let round = 0; round < rounds; round++) {
    await startOnce(floor.contestant, floor.figures)
    await startOnce(own.contestant, own.figures)
    await startOnce(first.contestant, first.figures)
    for (const { contestant, figures } of others) {
      if (failed.has(contestant.name)) continue
      await startOnce(contestant, figures).catch((error: Error) => failed.set(contestant.name, error.message))
    }
  }
  const started = others.filter(({ contestant }) => !failed.has(contestant.name))
  return {
    bare: floor.figures,
    ours: own.figures,
    first: first.figures,
    peers: started.map(({ figures }) => figures),
    failed: [...failed].map(([name, reason]) => ({ name, reason })),
  }
}

function oursAtFirst(): Contestant {
  const { command, ...contestant } = ours()
  const env = { NODE_DISABLE_COMPILE_CACHE: '1' }
  return { ...contestant, name: 'the same, nothing kept', command: (port) => ({ ...command(port), env }) }
}

/** Starts ours once for so long that what Node compiled is there for the next. */
async function keepCompiled(): Promise<void> {
  const server = await start(ours())
  await sleep(2000)
  await server.stop()
}

const blank = ({ name, version }: Contestant): StartFigures => ({ name, version, milliseconds: [], megabytes: [] })

async function startOnce(contestant: Contestant, figures: StartFigures): Promise<void> {
  const server = await start(contestant)
  figures.megabytes.push(residentMegabytes(server.pid))
  figures.milliseconds.push(server.startMilliseconds)
  await server.stop()
}

/** Of one to bare, in the same round. */
export const timeRatio = (figures: StartFigures, { bare: floor }: Starts) =>
  medianOf(ratios(figures.milliseconds, floor.milliseconds))
export const memoryRatio = (figures: StartFigures, { bare: floor }: Starts) =>
  medianOf(ratios(figures.megabytes, floor.megabytes))

/** What bench/baseline.json keeps of a start. */
export const startRatios = (starts: Starts) => ({
  'start time': timeRatio(starts.ours, starts),
  'start memory': memoryRatio(starts.ours, starts),
})

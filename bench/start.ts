import { setTimeout as sleep } from 'node:timers/promises'
import { residentMegabytes } from './resources.ts'
import { bareServerSpec, emulatorSpec, type ServerSpec, startServer } from './servers.ts'
import { medianOf, ratios } from './statistics.ts'

export interface StartFigures {
  name: string
  version: string
  milliseconds: number[]
  megabytes: (number | undefined)[]
}

export interface StartResults {
  bare: StartFigures
  emulator: StartFigures
  /** The emulator without kept compiled code. */
  withoutCache: StartFigures
  peers: StartFigures[]
  /** Peers that did not start, with their error. */
  failed: { name: string; reason: string }[]
}

/** Starts each server in turn, round by round, on any core, and ends it after its first 2xx response. */
export async function measureStarts(rounds: number, peers: readonly ServerSpec[] = []): Promise<StartResults> {
  const bareStart = { spec: bareServerSpec(), figures: emptyFigures(bareServerSpec()) }
  const emulatorStart = { spec: emulatorSpec(), figures: emptyFigures(emulatorSpec()) }
  const withoutCache = { spec: emulatorWithoutCache(), figures: emptyFigures(emulatorWithoutCache()) }
  const others = peers.map((spec) => ({ spec, figures: emptyFigures(spec) }))
  const failed = new Map<string, string>()
  await fillCompileCache()
  for (let round = 0; round < rounds; round++) {
    await measureStart(bareStart.spec, bareStart.figures)
    await measureStart(emulatorStart.spec, emulatorStart.figures)
    await measureStart(withoutCache.spec, withoutCache.figures)
    for (const { spec, figures } of others) {
      if (failed.has(spec.name)) continue
      await measureStart(spec, figures).catch((error: Error) => failed.set(spec.name, error.message))
    }
  }
  const started = others.filter(({ spec }) => !failed.has(spec.name))
  return {
    bare: bareStart.figures,
    emulator: emulatorStart.figures,
    withoutCache: withoutCache.figures,
    peers: started.map(({ figures }) => figures),
    failed: [...failed].map(([name, reason]) => ({ name, reason })),
  }
}

function emulatorWithoutCache(): ServerSpec {
  const { command, ...spec } = emulatorSpec()
  const env = { NODE_DISABLE_COMPILE_CACHE: '1' }
  return { ...spec, name: 'without compile cache', command: (port) => ({ ...command(port), env }) }
}

// The program keeps its compiled code some time after a start.
async function fillCompileCache(): Promise<void> {
  const server = await startServer(emulatorSpec())
  await sleep(2000)
  await server.stop()
}

const emptyFigures = ({ name, version }: ServerSpec): StartFigures => ({
  name,
  version,
  milliseconds: [],
  megabytes: [],
})

async function measureStart(spec: ServerSpec, figures: StartFigures): Promise<void> {
  const server = await startServer(spec)
  figures.megabytes.push(residentMegabytes(server.pid))
  figures.milliseconds.push(server.startMilliseconds)
  await server.stop()
}

/** Returns the median ratio to the bare server, round by round. */
export const timeRatio = (figures: StartFigures, { bare: bareStart }: StartResults) =>
  medianOf(ratios(figures.milliseconds, bareStart.milliseconds))
export const memoryRatio = (figures: StartFigures, { bare: bareStart }: StartResults) =>
  medianOf(ratios(figures.megabytes, bareStart.megabytes))

/** Returns the ratios that bench/baseline.json stores for a start. */
export const startRatios = (starts: StartResults) => ({
  'start time': timeRatio(starts.emulator, starts),
  'start memory': memoryRatio(starts.emulator, starts),
})

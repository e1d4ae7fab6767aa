import { fileURLToPath } from 'node:url'
import { launch } from './processes.ts'

export const callsInEach = 21

export interface LibraryStarts {
  /** Milliseconds of the first `startEmulator()` of a process, at once after the import. */
  atOnce: number[]
  /** The same where the event loop has turned once since the import. */
  afterTick: number[]
  /** Of all further calls, each after the one before was closed. */
  later: number[]
}

/** Rounds of two processes each, on any core, that import the library and start emulators one after another. */
export async function measureLibrary(rounds: number): Promise<LibraryStarts> {
  const starts: LibraryStarts = { atOnce: [], afterTick: [], later: [] }
  for (let round = 0; round < rounds; round++) {
    const [atOnce, ...further] = await runOnce('at-once')
    const [afterTick, ...more] = await runOnce('tick')
    starts.atOnce.push(atOnce as number)
    starts.afterTick.push(afterTick as number)
    starts.later.push(...further, ...more)
  }
  return starts
}

async function runOnce(rest: 'at-once' | 'tick'): Promise<number[]> {
  const script = fileURLToPath(new URL('library.cjs', import.meta.url))
  const running = launch({ file: process.execPath, args: [script, rest, String(callsInEach)] })
  const code = await running.ended
  if (code !== 0) throw new Error(`bench/library.cjs ended with ${code}: ${running.output()}`)
  return JSON.parse(running.output())
}

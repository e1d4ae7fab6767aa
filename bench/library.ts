import { fileURLToPath } from 'node:url'
import { launch } from './processes.ts'

export const callsPerProcess = 21

export interface LibraryStarts {
  /** Milliseconds for the first `startEmulator()` of a process, called right after the import. */
  immediate: number[]
  /** The same, called one event-loop turn after the import. */
  afterTick: number[]
  /** All later calls, each after the previous emulator was closed. */
  later: number[]
}

// The library keeps its compiled code some time after a start.
const lingerMs = 2000

/** Runs two processes per round, on any core, that import the library and start emulators one after another. */
export async function measureLibrary(rounds: number): Promise<LibraryStarts> {
  const starts: LibraryStarts = { immediate: [], afterTick: [], later: [] }
  await runProcess('none', lingerMs)
  for (let round = 0; round < rounds; round++) {
    const [immediate, ...further] = await runProcess('none')
    const [afterTick, ...more] = await runProcess('tick')
    starts.immediate.push(immediate as number)
    starts.afterTick.push(afterTick as number)
    starts.later.push(...further, ...more)
  }
  return starts
}

async function runProcess(delay: 'none' | 'tick', linger = 0): Promise<number[]> {
  const script = fileURLToPath(new URL('library.cjs', import.meta.url))
  const running = launch({ file: process.execPath, args: [script, delay, String(callsPerProcess), String(linger)] })
  const code = await running.exited
  if (code !== 0) throw new Error(`bench/library.cjs ended with ${code}: ${running.output()}`)
  return JSON.parse(running.output())
}

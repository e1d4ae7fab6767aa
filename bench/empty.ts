import { residentMegabytes } from './resources.ts'
import { requestEachSandbox } from './sandboxes.ts'
import { emulatorSpec, startPinned } from './servers.ts'

export const emptySandboxCount = 1000

/** Figures for sandboxes that hold only the admin key. */
export interface EmptySandboxFigures {
  /** Resident memory with one sandbox, after as many requests as there will be sandboxes. */
  megabytesWithOne: number | undefined
  megabytes: number | undefined
  /** Time to create a sandbox: its first response time minus its second. */
  creationMilliseconds: number
}

/** Starts a new server for every round. */
export async function measureEmptySandboxes(rounds: number): Promise<EmptySandboxFigures[]> {
  const measured: EmptySandboxFigures[] = []
  for (let round = 0; round < rounds; round++) measured.push(await measureRound())
  return measured
}

async function measureRound(): Promise<EmptySandboxFigures> {
  // Plus the default sandbox.
  const server = await startPinned(emulatorSpec('--max-sandboxes', String(emptySandboxCount + 1)))
  // Keeps the memory that serving requests takes out of the difference.
  for (let n = 0; n < emptySandboxCount; n++) await requestEachSandbox(server, 1, '?limit=1')
  const megabytesWithOne = residentMegabytes(server.pid)
  const first = await requestEachSandbox(server, emptySandboxCount, '?limit=1')
  const megabytes = residentMegabytes(server.pid)
  const second = await requestEachSandbox(server, emptySandboxCount, '?limit=1')
  await server.stop()
  return { megabytesWithOne, megabytes, creationMilliseconds: first - second }
}

import { residentMegabytes } from './resources.ts'
import { addressAll } from './sandboxes.ts'
import { ours, startPinned } from './servers.ts'

export const emptySandboxes = 1000

/** Sandboxes of the default seed, which hold the admin key and nothing else. */
export interface Empty {
  /** Of the process that has one of them, after as many requests as it takes to address them all. */
  megabytesOfOne: number | undefined
  megabytes: number | undefined
  /** Milliseconds for one to come into being: its first answer less its second. */
  birth: number
}

/** A new server for every round. */
export async function measureEmpty(rounds: number): Promise<Empty[]> {
  const measured: Empty[] = []
  for (let round = 0; round < rounds; round++) measured.push(await measureOnce())
  return measured
}

async function measureOnce(): Promise<Empty> {
  // One more than are measured, for the default one is always there.
  const server = await startPinned(ours('--max-sandboxes', String(emptySandboxes + 1)))
  // So that what serving takes is not counted as the sandboxes'.
  for (let n = 0; n < emptySandboxes; n++) await addressAll(server, 1, '?limit=1')
  const megabytesOfOne = residentMegabytes(server.pid)
  const first = await addressAll(server, emptySandboxes, '?limit=1')
  const megabytes = residentMegabytes(server.pid)
  const second = await addressAll(server, emptySandboxes, '?limit=1')
  await server.stop()
  return { megabytesOfOne, megabytes, birth: first - second }
}

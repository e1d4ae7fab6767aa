import { inSandbox } from './client.ts'
import { operations, startBareServer } from './operations.ts'
import type { Peer } from './peers.ts'
import { emulatorSpec, type Server, startPinned } from './servers.ts'
import { writeSeed } from './temporary.ts'
import { type LoadResult, measureLoad, type Target, warmUpRounds } from './wrk.ts'

export interface LoadFigures {
  name: string
  version: string
  /** In words: where the response comes from. */
  response: string
  rounds: LoadResult[]
}

export interface PeerLoadResults {
  bare: LoadFigures
  emulator: LoadFigures
  peers: LoadFigures[]
  /** Peers that could not be measured, with their error. */
  failed: { name: string; reason: string }[]
}

interface Contender {
  server: Server
  target: Target
  figures: LoadFigures
}

/** Retrieves one object from each server in turn, round by round, after warm-up. */
export async function measurePeerLoad(rounds: number, peers: readonly Peer[]): Promise<PeerLoadResults> {
  const emulator = await startEmulator()
  const bare = await startBare(emulator.server)
  const failed: PeerLoadResults['failed'] = []
  const others: Contender[] = []
  for (const peer of peers) {
    const started = await startPeer(peer).catch((error: Error) => void failed.push(failure(peer, error)))
    if (started !== undefined) others.push(started)
  }
  const contenders = [bare, emulator, ...others]
  for (let round = 0; round < rounds; round++)
    for (const { server, target, figures } of contenders) figures.rounds.push(await measureLoad(server, target))
  await Promise.all(contenders.map(({ server }) => server.stop()))
  return { bare: bare.figures, emulator: emulator.figures, peers: others.map(({ figures }) => figures), failed }
}

const failure = ({ name }: Peer, error: Error) => ({ name, reason: error.message.split('\n')[0] as string })

async function startEmulator(): Promise<Contender> {
  const spec = emulatorSpec('--seed', writeSeed(operations.retrieve.keys))
  const server = await startPinned(spec)
  return warmUp(server, operations.retrieve.target(inSandbox('peers')), {
    ...spec,
    response: 'stored key, request authenticated, validated and journaled',
  })
}

async function startBare(emulator: Server): Promise<Contender> {
  const server = await startBareServer(emulator, operations.retrieve)
  const described = { name: 'bare node:http', version: process.versions.node, response: 'static bytes' }
  return warmUp(server, { path: '/' }, described)
}

async function startPeer({ load, ...spec }: Peer): Promise<Contender> {
  const server = await startPinned(spec)
  try {
    return await warmUp(server, await load.prepare(server.port), { ...spec, response: load.response })
  } catch (error) {
    await server.stop()
    throw error
  }
}

async function warmUp(
  server: Server,
  target: Target,
  { name, version, response }: Omit<LoadFigures, 'rounds'>,
): Promise<Contender> {
  for (let round = 0; round < warmUpRounds; round++) await measureLoad(server, target)
  return { server, target, figures: { name, version, response, rounds: [] } }
}

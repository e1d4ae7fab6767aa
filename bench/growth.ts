import { Agent } from 'node:http'
import { keysPath, requestOk } from './client.ts'
import { folderBytes, residentMegabytes } from './resources.ts'
import { emulatorSpec, type Server, startPinned } from './servers.ts'
import { temporaryPath, writeSeed } from './temporary.ts'
import { type LoadResult, measureLoad, type Target, warmUpRounds } from './wrk.ts'

export const sizes = [100, 10_000, 1_000_000] as const
export const storages = ['memory', 'file'] as const
export const requestKinds = ['retrieve', 'list', 'create'] as const

type RequestKind = (typeof requestKinds)[number]

export interface GrowthFigures {
  storage: (typeof storages)[number]
  keys: number
  seedSeconds: number
  megabytes: number | undefined
  fileMegabytes: number | undefined
  loads: Record<RequestKind, LoadResult[]>
  /** When all keys are listed in pages of 100. */
  walkMicrosecondsPerKey: number | undefined
}

interface MeasuredServer extends GrowthFigures {
  server: Server
}

/** Measures servers of every size and storage in turn, round by round. */
export async function measureGrowth(rounds: number): Promise<GrowthFigures[]> {
  const servers: MeasuredServer[] = []
  for (const storage of storages) for (const keys of sizes) servers.push(await startMeasuredServer(storage, keys))
  await measureRounds('retrieve', servers, rounds)
  await measureRounds('list', servers, rounds)
  for (const subject of servers) subject.walkMicrosecondsPerKey = await measureWalk(subject.server, subject.keys)
  // Last, because it makes the sandboxes grow.
  await measureRounds('create', servers, rounds)
  for (const { server } of servers) await server.stop()
  return servers
}

async function measureRounds(kind: RequestKind, servers: readonly MeasuredServer[], rounds: number): Promise<void> {
  for (let round = 1 - warmUpRounds; round <= rounds; round++)
    for (const subject of servers) {
      const measured = await measureLoad(subject.server, await targetFor(kind, subject, round + warmUpRounds))
      if (round > 0) subject.loads[kind].push(measured)
    }
}

async function startMeasuredServer(storage: GrowthFigures['storage'], keys: number): Promise<MeasuredServer> {
  const folder = storage === 'file' ? temporaryPath('data') : undefined
  const data = folder === undefined ? [] : ['--data', folder]
  const server = await startPinned(emulatorSpec('--seed', writeSeed(keys), ...data))
  const megabytes = residentMegabytes(server.pid)
  const fileMegabytes = folder === undefined ? undefined : folderBytes(folder) / 2 ** 20
  const loads = { retrieve: [], list: [], create: [] }
  return {
    storage,
    keys,
    seedSeconds: server.startMilliseconds / 1000,
    megabytes,
    fileMegabytes,
    loads,
    walkMicrosecondsPerKey: undefined,
    server,
  }
}

async function targetFor(kind: RequestKind, { keys, server }: MeasuredServer, round: number): Promise<Target> {
  if (kind === 'retrieve') return { path: keysPath, script: 'retrieve', args: [String(keys)] }
  if (kind === 'list') return { path: `${keysPath}?limit=20&after=key_bench_${keys / 2}` }
  const path = await createPath(server, keys, round)
  return { path, script: 'create' }
}

// One round creates many times the keys of a small sandbox, so each round uses a new one. A million keys hardly change.
async function createPath(server: Server, keys: number, round: number): Promise<string> {
  if (keys === Math.max(...sizes)) return keysPath
  const path = `/sandbox/create-${round}${keysPath}`
  await requestOk(server.port, { path: `${path}?limit=1` })
  return path
}

/** Lists all keys repeatedly for at least half a second; returns microseconds per key. */
async function measureWalk({ port }: Server, keys: number): Promise<number> {
  const agent = new Agent({ keepAlive: true })
  const walkOnce = async () => {
    let pages = 0
    for (let cursor: string | undefined = ''; cursor !== undefined; pages++) {
      const { body } = await requestOk(port, { path: `${keysPath}?limit=100${cursor}`, agent })
      cursor = nextCursor(body)
    }
    if (pages < keys / 100) throw new Error(`a walk over ${keys} keys ended after ${pages} pages`)
  }
  await walkOnce()
  const startedAt = performance.now()
  let walks = 0
  for (; walks === 0 || performance.now() - startedAt < 500; walks++) await walkOnce()
  agent.destroy()
  return ((performance.now() - startedAt) * 1000) / walks / keys
}

// Parsing the whole page would take longer than the server takes to build it.
function nextCursor(body: string): string | undefined {
  const [, last, more] = /"last_id":"([^"]*)","has_more":(true|false)\}$/.exec(body.slice(-200)) ?? []
  if (more === undefined) throw new Error(`cannot parse the end of a page: ${body.slice(-200)}`)
  return more === 'true' ? `&after=${last}` : undefined
}

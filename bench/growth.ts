import { Agent } from 'node:http'
import { askOk, keysPath } from './client.ts'
import { bytesBelow, residentMegabytes } from './resources.ts'
import { ours, type Server, startPinned } from './servers.ts'
import { seedOf, temporaryPath } from './temporary.ts'
import { type Load, load, type Target, warmUps } from './wrk.ts'

export const sizes = [100, 10_000, 1_000_000] as const
export const storages = ['memory', 'file'] as const
export const asked = ['retrieve', 'list', 'create'] as const

type Kind = (typeof asked)[number]

export interface Grown {
  storage: (typeof storages)[number]
  keys: number
  seedSeconds: number
  megabytes: number | undefined
  fileMegabytes: number | undefined
  loads: Record<Kind, Load[]>
  /** Microseconds for a key, when all are listed by pages of 100. */
  walk: number | undefined
}

interface Subject extends Grown {
  server: Server
}

/** Servers of every size and storage, measured in turn, round by round. */
export async function measureGrowth(rounds: number): Promise<Grown[]> {
  const subjects: Subject[] = []
  for (const storage of storages) for (const keys of sizes) subjects.push(await begin(storage, keys))
  await measureRounds('retrieve', subjects, rounds)
  await measureRounds('list', subjects, rounds)
  for (const subject of subjects) subject.walk = await walkAll(subject.server, subject.keys)
  // Last, for it makes the sandboxes grow.
  await measureRounds('create', subjects, rounds)
  for (const { server } of subjects) await server.stop()
  return subjects
}

async function measureRounds(kind: Kind, subjects: readonly Subject[], rounds: number): Promise<void> {
  for (let round = 1 - warmUps; round <= rounds; round++)
    for (const subject of subjects) {
      const measured = await load(subject.server, await target(kind, subject, round + warmUps))
      if (round > 0) subject.loads[kind].push(measured)
    }
}

async function begin(storage: Grown['storage'], keys: number): Promise<Subject> {
  const folder = storage === 'file' ? temporaryPath('data') : undefined
  const data = folder === undefined ? [] : ['--data', folder]
  const server = await startPinned(ours('--seed', seedOf(keys), ...data))
  const megabytes = residentMegabytes(server.pid)
  const fileMegabytes = folder === undefined ? undefined : bytesBelow(folder) / 2 ** 20
  const loads = { retrieve: [], list: [], create: [] }
  return {
    storage,
    keys,
    seedSeconds: server.startMilliseconds / 1000,
    megabytes,
    fileMegabytes,
    loads,
    walk: undefined,
    server,
  }
}

async function target(kind: Kind, { keys, server }: Subject, round: number): Promise<Target> {
  if (kind === 'retrieve') return { path: keysPath, script: 'retrieve', args: [String(keys)] }
  if (kind === 'list') return { path: `${keysPath}?limit=20&after=key_bench_${keys / 2}` }
  const path = await pathToCreate(server, keys, round)
  return { path, script: 'create' }
}

// What one round creates would be many times what a small sandbox holds and is nothing beside a million.
async function pathToCreate(server: Server, keys: number, round: number): Promise<string> {
  if (keys === Math.max(...sizes)) return keysPath
  const path = `/sandbox/create-${round}${keysPath}`
  await askOk(server.port, { path: `${path}?limit=1` })
  return path
}

/** Lists every key, again and again until it took a while, and returns the microseconds for one. */
async function walkAll({ port }: Server, keys: number): Promise<number> {
  const agent = new Agent({ keepAlive: true })
  const once = async () => {
    let pages = 0
    for (let cursor: string | undefined = ''; cursor !== undefined; pages++) {
      const { body } = await askOk(port, { path: `${keysPath}?limit=100${cursor}`, agent })
      cursor = following(body)
    }
    if (pages < keys / 100) throw new Error(`a walk over ${keys} keys ended after ${pages} pages`)
  }
  await once()
  const began = performance.now()
  let walks = 0
  for (; walks === 0 || performance.now() - began < 500; walks++) await once()
  agent.destroy()
  return ((performance.now() - began) * 1000) / walks / keys
}

// Reading the page whole would take longer than making it.
function following(body: string): string | undefined {
  const [, last, more] = /"last_id":"([^"]*)","has_more":(true|false)\}$/.exec(body.slice(-200)) ?? []
  if (more === undefined) throw new Error(`not the end of a page: ${body.slice(-200)}`)
  return more === 'true' ? `&after=${last}` : undefined
}

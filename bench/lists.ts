import { authorization } from './client.ts'
import { residentMegabytes } from './resources.ts'
import { emulatorSpec, type Server, startPinned } from './servers.ts'
import { createTemporaryFile } from './temporary.ts'
import { type LoadResult, measureLoad, type Target, warmUpRounds } from './wrk.ts'

const organization = '/v1/organization'
const fewObjects = 100
// A seed holds a million objects in all: the project, its account, and the admin key need some of them.
const manyObjects = 999_990

type Counts = Record<'keys' | 'events', number>

export interface ListFigures {
  name: string
  /** Requests for a page of 20 after the middle of few objects, and of many. */
  few: LoadResult[]
  many: LoadResult[]
}

export interface SeedFigures {
  what: string
  seconds: number
  megabytes: number | undefined
}

export interface ListResults {
  objects: Record<'few' | 'many', number>
  lists: ListFigures[]
  seeds: SeedFigures[]
}

const lists: { name: string; kind: keyof Counts; path: (count: number) => string }[] = [
  {
    name: 'keys of a project',
    kind: 'keys',
    path: (count) => `/projects/proj_bench/api_keys?limit=20&after=key_bench_${count / 2}`,
  },
  {
    name: 'audit events',
    kind: 'events',
    path: (count) => `/audit_logs?limit=20&after=audit_log-bench_${count / 2}`,
  },
  {
    name: 'audit events of a type',
    kind: 'events',
    path: (count) => `/audit_logs?limit=20&event_types[]=project.created&after=audit_log-bench_${count / 2}`,
  },
]

/** Measures a page of 20 project keys and audit events among few and many of them, in memory, in turn, round by round. */
export async function measureLists(rounds: number): Promise<ListResults> {
  const few = await start({ keys: fewObjects, events: fewObjects })
  const many = {
    keys: await start({ keys: manyObjects, events: 0 }),
    events: await start({ keys: 0, events: manyObjects }),
  }
  const figures = lists.map(({ name }): ListFigures => ({ name, few: [], many: [] }))
  for (let round = 1 - warmUpRounds; round <= rounds; round++) {
    for (const [index, { kind, path }] of lists.entries()) {
      const measured = {
        few: await measureLoad(few, target(path(fewObjects))),
        many: await measureLoad(many[kind], target(path(manyObjects))),
      }
      if (round <= 0) continue
      figures[index]?.few.push(measured.few)
      figures[index]?.many.push(measured.many)
    }
  }
  const seeds = [seedFigures('project keys', many.keys), seedFigures('audit events', many.events)]
  await Promise.all([few, many.keys, many.events].map((server) => server.stop()))
  return { objects: { few: fewObjects, many: manyObjects }, lists: figures, seeds }
}

const target = (path: string): Target => ({ path: organization + path, authorization })

const start = (counts: Counts): Promise<Server> => startPinned(emulatorSpec('--seed', writeSeed(counts)))

const seedFigures = (what: string, server: Server): SeedFigures => ({
  what,
  seconds: server.startMilliseconds / 1000,
  megabytes: residentMegabytes(server.pid),
})

function writeSeed({ keys, events }: Counts): string {
  const api_keys = generated(keys, { id: 'key_bench_{n}', name: 'load-{n}' })
  const account = { id: 'sa_bench', name: 'bench', api_keys }
  const event = { id: 'audit_log-bench_{n}', type: 'project.created', effective_at: '-1d' }
  const seed = {
    projects: [{ id: 'proj_bench', name: 'Bench', service_accounts: [account] }],
    audit_logs: generated(events, event),
  }
  return createTemporaryFile('seed.json', JSON.stringify(seed))
}

const generated = (count: number, entry: object) => (count === 0 ? [] : [{ generate: count, ...entry }])

import { Agent } from 'node:http'
import { type Answer, type Asked, askOk, inSandbox } from './client.ts'
import { bare, ours, type Server, startPinned } from './servers.ts'
import { medianOf, ratios } from './statistics.ts'
import { seedOf } from './temporary.ts'
import { type Load, load, type Target, warmUps } from './wrk.ts'

export interface Operation {
  /** How many keys every sandbox begins with. */
  keys: number
  target: (path: string) => Target
  /** The request whose answer the bare server sends. */
  example: (path: string) => Asked
}

// More than a second can delete.
const enoughToDelete = 60_000

export const operations = {
  retrieve: reading(100, (path) => `${path}/key_bench_50`),
  list: reading(100, (path) => `${path}?limit=20&after=key_bench_50`),
  create: {
    keys: 0,
    target: (path) => ({ path, script: 'create' }),
    example: (path) => ({ method: 'POST', path, body: '{"name":"bench"}' }),
  },
  delete: {
    keys: enoughToDelete,
    target: (path) => ({ path, script: 'delete' }),
    example: (path) => ({ method: 'DELETE', path: `${path}/key_bench_${enoughToDelete}` }),
  },
} satisfies Record<string, Operation>

export type OperationName = keyof typeof operations
export const operationNames = Object.keys(operations) as OperationName[]

function reading(keys: number, pathOf: (path: string) => string): Operation {
  return { keys, target: (path) => ({ path: pathOf(path) }), example: (path) => ({ path: pathOf(path) }) }
}

export interface OperationFigures {
  ours: Load[]
  bare: Load[]
}

/** Rounds of bare and ours in turn, once both are warm. */
export async function measureOperation(name: OperationName, rounds: number): Promise<OperationFigures> {
  const operation: Operation = operations[name]
  const server = await startPinned(ours('--seed', seedOf(operation.keys)))
  const floor = await startFloor(server, operation)
  for (let round = 1; round <= warmUps; round++)
    await load(server, await freshTarget(server, operation, `warm-${round}`))
  await load(floor, operation.target(inSandbox('warm')))
  const figures: OperationFigures = { ours: [], bare: [] }
  for (let round = 1; round <= rounds; round++) {
    const target = await freshTarget(server, operation, `round-${round}`)
    figures.bare.push(await load(floor, target))
    figures.ours.push(await load(server, target))
  }
  await Promise.all([server.stop(), floor.stop()])
  return figures
}

/** A bare server that sends what this one answers. */
export async function startFloor(server: Server, operation: Operation): Promise<Server> {
  const answer = await capture(server, operation)
  const floor = await startPinned(bare(answer))
  await requireSameBytes(floor, operation, answer)
  return floor
}

/** In a sandbox that is there and holds what the seed says. */
async function freshTarget({ port }: Server, { target }: Operation, sandbox: string): Promise<Target> {
  const path = inSandbox(sandbox)
  await askOk(port, { path: `${path}?limit=1` })
  return target(path)
}

// Node makes these itself, there as here.
const madeByNode = new Set(['Date', 'Connection', 'Keep-Alive'])

async function capture(server: Server, operation: Operation): Promise<Answer> {
  const { status, headers, body } = await askExample(server, operation)
  const own = Object.entries(headers).filter(([header]) => !madeByNode.has(header))
  return { status, headers: Object.fromEntries(own), body }
}

async function requireSameBytes(floor: Server, operation: Operation, answer: Answer): Promise<void> {
  const { Date: _, ...theirs } = (await askExample(floor, operation)).headers
  // What both ask of Node, as wrk will see it.
  const wanted = { ...answer.headers, Connection: 'keep-alive', 'Keep-Alive': 'timeout=72' }
  if (JSON.stringify(theirs) !== JSON.stringify(wanted))
    throw new Error(`the bare server sends other headers than ours: ${JSON.stringify({ theirs, wanted })}`)
}

async function askExample(server: Server, { example }: Operation): Promise<Answer> {
  const agent = new Agent({ keepAlive: true })
  try {
    return await askOk(server.port, { ...example(inSandbox('example')), agent })
  } finally {
    agent.destroy()
  }
}

/** Of ours to bare in the same round, round by round. */
export const throughputRatios = (figures: OperationFigures) =>
  ratios(
    figures.ours.map(({ perSecond }) => perSecond),
    figures.bare.map(({ perSecond }) => perSecond),
  )

export const processorRatios = (figures: OperationFigures) =>
  ratios(
    figures.ours.map(({ processor }) => processor),
    figures.bare.map(({ processor }) => processor),
  )

/** What bench/baseline.json keeps of an operation. */
export const operationRatios = (name: OperationName, figures: OperationFigures) => ({
  [`${name} throughput`]: medianOf(throughputRatios(figures)),
  [`${name} processor`]: medianOf(processorRatios(figures)),
})

import { Agent } from 'node:http'
import { type HttpResponse, inSandbox, type RequestOptions, requestOk } from './client.ts'
import { bareServerSpec, emulatorSpec, type Server, startPinned } from './servers.ts'
import { medianOf, ratios } from './statistics.ts'
import { writeSeed } from './temporary.ts'
import { type LoadResult, measureLoad, type Target, warmUpRounds } from './wrk.ts'

export interface Operation {
  /** Number of keys in each sandbox at the start. */
  keys: number
  target: (path: string) => Target
  /** The request whose response the bare server sends. */
  exampleRequest: (path: string) => RequestOptions
}

// More than can be deleted in one second.
const deletableKeys = 60_000

export const operations = {
  retrieve: readOperation(100, (path) => `${path}/key_bench_50`),
  list: readOperation(100, (path) => `${path}?limit=20&after=key_bench_50`),
  create: {
    keys: 0,
    target: (path) => ({ path, script: 'create' }),
    exampleRequest: (path) => ({ method: 'POST', path, body: '{"name":"bench"}' }),
  },
  delete: {
    keys: deletableKeys,
    target: (path) => ({ path, script: 'delete' }),
    exampleRequest: (path) => ({ method: 'DELETE', path: `${path}/key_bench_${deletableKeys}` }),
  },
} satisfies Record<string, Operation>

export type OperationName = keyof typeof operations
export const operationNames = Object.keys(operations) as OperationName[]

function readOperation(keys: number, pathOf: (path: string) => string): Operation {
  return { keys, target: (path) => ({ path: pathOf(path) }), exampleRequest: (path) => ({ path: pathOf(path) }) }
}

export interface OperationFigures {
  /** Of the server that is compared with bare. */
  server: LoadResult[]
  bare: LoadResult[]
}

/** Measures the bare server and the emulator in turn, round by round, after warm-up. */
export async function measureOperation(name: OperationName, rounds: number): Promise<OperationFigures> {
  const operation: Operation = operations[name]
  const server = await startPinned(emulatorSpec('--seed', writeSeed(operation.keys)))
  const bareServer = await startBareServer(server, operation)
  for (let round = 1; round <= warmUpRounds; round++)
    await measureLoad(server, await freshTarget(server, operation, `warm-${round}`))
  await measureLoad(bareServer, operation.target(inSandbox('warm')))
  const figures: OperationFigures = { server: [], bare: [] }
  for (let round = 1; round <= rounds; round++) {
    const target = await freshTarget(server, operation, `round-${round}`)
    figures.bare.push(await measureLoad(bareServer, target))
    figures.server.push(await measureLoad(server, target))
  }
  await Promise.all([server.stop(), bareServer.stop()])
  return figures
}

/** Starts a bare server that sends the response of `server` to the example request. */
export async function startBareServer(server: Server, operation: Operation): Promise<Server> {
  const response = await captureResponse(server, operation)
  const bareServer = await startPinned(bareServerSpec(response))
  await assertSameHeaders(bareServer, operation, response)
  return bareServer
}

/** Creates the sandbox from the seed and returns the target in it. */
async function freshTarget({ port }: Server, { target }: Operation, sandbox: string): Promise<Target> {
  const path = inSandbox(sandbox)
  await requestOk(port, { path: `${path}?limit=1` })
  return target(path)
}

// Node adds these on both servers.
const headersAddedByNode = new Set(['Date', 'Connection', 'Keep-Alive'])

async function captureResponse(server: Server, operation: Operation): Promise<HttpResponse> {
  const { status, headers, body } = await requestExample(server, operation)
  const kept = Object.entries(headers).filter(([header]) => !headersAddedByNode.has(header))
  return { status, headers: Object.fromEntries(kept), body }
}

async function assertSameHeaders(bareServer: Server, operation: Operation, response: HttpResponse): Promise<void> {
  const { Date: _, ...bareHeaders } = (await requestExample(bareServer, operation)).headers
  // With the headers Node adds for keep-alive, as wrk sees them.
  const expected = { ...response.headers, Connection: 'keep-alive', 'Keep-Alive': 'timeout=72' }
  if (JSON.stringify(bareHeaders) !== JSON.stringify(expected))
    throw new Error(`the bare server sends different headers: ${JSON.stringify({ bareHeaders, expected })}`)
}

async function requestExample(server: Server, { exampleRequest }: Operation): Promise<HttpResponse> {
  const agent = new Agent({ keepAlive: true })
  try {
    return await requestOk(server.port, { ...exampleRequest(inSandbox('example')), agent })
  } finally {
    agent.destroy()
  }
}

/** Returns server / bare, round by round. */
export const throughputRatios = (figures: OperationFigures) =>
  ratios(
    figures.server.map(({ requestsPerSecond }) => requestsPerSecond),
    figures.bare.map(({ requestsPerSecond }) => requestsPerSecond),
  )

export const cpuRatios = (figures: OperationFigures) =>
  ratios(
    figures.server.map(({ cpuMicroseconds }) => cpuMicroseconds),
    figures.bare.map(({ cpuMicroseconds }) => cpuMicroseconds),
  )

/** Returns the ratios that bench/baseline.json stores for an operation or the calibration. */
export const operationRatios = (name: OperationName | 'calibration', figures: OperationFigures) => ({
  [`${name} throughput`]: medianOf(throughputRatios(figures)),
  [`${name} processor`]: medianOf(cpuRatios(figures)),
})

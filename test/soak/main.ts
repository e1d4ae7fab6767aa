import { waitUntilOk } from '../../bench/client.ts'
import { cleanUpAtExit, freePort, launch } from '../../bench/processes.ts'
import { temporaryPath } from '../../bench/temporary.ts'
import { seedFile } from '../model/harness/initial-state.ts'
import { explainConnection } from './closed-sockets.ts'
import { startHostileProcess } from './hostile/start.ts'
import { type MemorySample, watchMemory } from './memory.ts'
import { readOptions } from './options.ts'
import { RequestCounter } from './request-counter.ts'
import { runSandboxes } from './run-sandboxes.ts'
import { maxSlowdown, watchSlowdown } from './slowdown.ts'
import { watchTcpCounters } from './tcp-counters.ts'

// Sends concurrent requests to many sandboxes and checks every response, half of the time beside hostile clients. These may
// neither slow the others down by much nor make the server's memory grow.

// Allowed ratio of the memory at the end to the most that it was before.
const maxGrowthFactor = 1.2

const maxResidentMegabytes = 1000

const silenceTimeoutMs = 60_000

const options = readOptions(process.argv.slice(2))
cleanUpAtExit()
const port = await freePort()
const heapFile = temporaryPath('heap')
const socketsFile = temporaryPath('sockets')
const args = ['--expose-gc', '--import', './test/soak/report-heap.ts', '--import', './test/soak/report-sockets.ts']
args.push('bin/admin-keys-emulator.cjs', '--port', String(port), '--seed', seedFile, '--log-level', 'warn')
const server = launch({
  file: process.execPath,
  args,
  env: { SOAK_HEAP_FILE: heapFile, SOAK_SOCKETS_FILE: socketsFile },
})
const tcpCounters = watchTcpCounters()
await waitUntilOk(port, '/ready', server.isRunning)

const print = (text: string) => console.log(text)
const formatMegabytes = (size: number | undefined) => (size === undefined ? 'unknown' : `${Math.round(size)} MB`)

function fail(reason: string): never {
  hostile?.stop()
  const details = `${explainConnection(reason, server.pid, socketsFile)}\n${tcpCounters()}`
  print(
    `${reason}\n${details}\n\nafter ${counter.count} requests at ${new Date().toISOString()}, with --seed ${options.seed}, in the window ${counter.window.kind}; server output:\n${server.output()}`,
  )
  process.exit(1)
}

const counter = new RequestCounter(options.requests)
const hostile = startHostileProcess(port, fail)
const memory = watchMemory(server.pid, counter, heapFile)
const startedAt = performance.now()
const elapsedSeconds = () => (performance.now() - startedAt) / 1000
counter.onEvery(Math.ceil(options.requests / 10), () =>
  print(
    `${counter.count} requests, ${Math.round(counter.count / elapsedSeconds())}/s, ${formatMegabytes(memory.latest())}`,
  ),
)

const slowdown = watchSlowdown(counter, print)
const memorySamples: Promise<MemorySample>[] = []
counter.onWindowEnd(({ index, kind }) => {
  if (kind === 'hostile') memorySamples.push(memory.sampleAfter(index))
  hostile.setActive(counter.window.kind === 'hostile' && !counter.isDone)
})

let lastCount = 0
const silenceCheck = setInterval(() => {
  if (counter.count === lastCount) fail(`no response for ${silenceTimeoutMs / 1000} s`)
  lastCount = counter.count
}, silenceTimeoutMs)
await runSandboxes(port, counter, options).catch((error: Error) => fail(error.message))
clearInterval(silenceCheck)

const outcomes = [...counter.outcomes].sort(([, a], [, b]) => b - a).map(([name, count]) => `${name}: ${count}`)
print(outcomes.join(', '))
const duration = `${elapsedSeconds().toFixed(1)} s`
print(`${counter.count} requests to ${options.sandboxes} sandboxes in ${duration}, no unexpected response`)

print(`the hostile clients ran ${hostile.rounds()} rounds`)
const samples = await Promise.all(memorySamples)
const list = (part: keyof MemorySample) => samples.map((sample) => Math.round(sample[part])).join(', ')
print(`memory beside hostile clients, window by window: ${list('resident')} MB resident, ${list('heap')} MB heap`)

for (const part of ['resident', 'heap'] as const) {
  const sizes = samples.map((sample) => sample[part])
  if (Math.max(...sizes.slice(-1)) > Math.max(...sizes.slice(0, -1)) * maxGrowthFactor)
    fail(`the memory of the server has grown (${part})`)
}
if (memory.largest() > maxResidentMegabytes)
  fail(`the server took ${formatMegabytes(memory.largest())}, more than ${maxResidentMegabytes} MB`)
if (!(slowdown.latest() <= maxSlowdown))
  fail(`hostile clients made the other clients ${slowdown.latest().toFixed(2)} times slower`)
if (hostile.rounds() === 0) fail('the hostile clients did nothing')
hostile.stop()
if (!server.isRunning()) fail('the server has exited')
process.kill(server.pid, 'SIGTERM')
if ((await server.exited) !== 0) fail('the server exited with an error')

import { waitUntilOk } from '../../bench/client.ts'
import { cleanUpAtExit, freePort, launch } from '../../bench/processes.ts'
import { seedFile } from '../model/harness/initial-state.ts'
import { watchMemory } from './memory.ts'
import { readOptions } from './options.ts'
import { RequestCounter } from './request-counter.ts'
import { runSandboxes } from './run-sandboxes.ts'

// Sends concurrent requests to many sandboxes and checks every response. The server's memory must not grow.

// Allowed ratio of the memory at the end to the memory at the mark.
const maxGrowthFactor = 1.2

const silenceTimeoutMs = 60_000

const options = readOptions(process.argv.slice(2))
cleanUpAtExit()
const port = await freePort()
const args = ['bin/admin-keys-emulator.cjs', '--port', String(port), '--seed', seedFile, '--log-level', 'warn']
const server = launch({ file: process.execPath, args })
await waitUntilOk(port, '/ready', server.isRunning)

const print = (text: string) => console.log(text)
const formatMegabytes = (size: number | undefined) => (size === undefined ? 'unknown' : `${Math.round(size)} MB`)

function fail(reason: string): never {
  print(`${reason}\n\nafter ${counter.count} requests, with --seed ${options.seed}; server output:\n${server.output()}`)
  process.exit(1)
}

const counter = new RequestCounter(options.requests)
const memory = watchMemory(server.pid, counter, options)
const startedAt = performance.now()
const elapsedSeconds = () => (performance.now() - startedAt) / 1000
counter.onEvery(Math.ceil(options.requests / 10), () =>
  print(
    `${counter.count} requests, ${Math.round(counter.count / elapsedSeconds())}/s, ${formatMegabytes(memory.latest())}`,
  ),
)

let lastCount = 0
const silenceCheck = setInterval(() => {
  if (counter.count === lastCount) fail(`no response for ${silenceTimeoutMs / 1000} s`)
  lastCount = counter.count
}, silenceTimeoutMs)
await runSandboxes(port, counter, options).catch((error: Error) => fail(error.message))
clearInterval(silenceCheck)

const [atMark, atEnd] = [memory.atMark(), memory.atEnd()]
const outcomes = [...counter.outcomes].sort(([, a], [, b]) => b - a).map(([name, count]) => `${name}: ${count}`)
print(outcomes.join(', '))
const duration = `${elapsedSeconds().toFixed(1)} s`
print(`${counter.count} requests to ${options.sandboxes} sandboxes in ${duration}, no unexpected response`)
print(
  `resident memory: ${formatMegabytes(atMark)} after ${options.mark} requests, ${formatMegabytes(atEnd)} at the end`,
)
if (atMark !== undefined && atEnd !== undefined && atEnd > atMark * maxGrowthFactor)
  fail('the memory of the server has grown')
if (!server.isRunning()) fail('the server has exited')
process.kill(server.pid, 'SIGTERM')
if ((await server.exited) !== 0) fail('the server exited with an error')

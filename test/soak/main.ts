import { waitUntilOk } from '../../bench/client.ts'
import { cleanUpAtExit, freePort, launch } from '../../bench/processes.ts'
import { seedFile } from '../model/generated/initial-state.ts'
import { watchMemory } from './memory.ts'
import { readOptions } from './options.ts'
import { populate } from './run-sandboxes.ts'
import { Tally } from './tally.ts'

// Many requests at once to many sandboxes, each answer foreseen; the server must not grow over it.

/** How much more memory it may have at the end than at the mark. */
const mostGrowth = 1.2

// In milliseconds.
const longestSilence = 60_000

const options = readOptions(process.argv.slice(2))
cleanUpAtExit()
const port = await freePort()
const args = ['bin/admin-keys-emulator.cjs', '--port', String(port), '--seed', seedFile, '--log-level', 'warn']
const server = launch({ file: process.execPath, args })
await waitUntilOk(port, '/ready', server.isRunning)

const say = (text: string) => console.log(text)
const megabytes = (size: number | undefined) => (size === undefined ? 'unknown' : `${Math.round(size)} MB`)

function fail(reason: string): never {
  say(`${reason}\n\nafter ${tally.count} requests, with --seed ${options.seed}; the server said:\n${server.output()}`)
  process.exit(1)
}

const tally = new Tally(options.requests)
const memory = watchMemory(server.pid, tally, options)
const begun = performance.now()
const seconds = () => (performance.now() - begun) / 1000
tally.every(Math.ceil(options.requests / 10), () =>
  say(`${tally.count} requests, ${Math.round(tally.count / seconds())}/s, ${megabytes(memory.now())}`),
)

let heard = 0
const silence = setInterval(() => {
  if (tally.count === heard) fail(`nothing was answered for ${longestSilence / 1000} s`)
  heard = tally.count
}, longestSilence)
await populate(port, tally, options).catch((error: Error) => fail(error.message))
clearInterval(silence)

const [atMark, atEnd] = [memory.atMark(), memory.atEnd()]
const outcomes = [...tally.outcomes].sort(([, a], [, b]) => b - a).map(([name, count]) => `${name}: ${count}`)
say(outcomes.join(', '))
say(
  `${tally.count} requests to ${options.sandboxes} sandboxes in ${seconds().toFixed(1)} s, none answered unexpectedly`,
)
say(`resident: ${megabytes(atMark)} after ${options.mark}, ${megabytes(atEnd)} at the end`)
if (atMark !== undefined && atEnd !== undefined && atEnd > atMark * mostGrowth) fail('the server has grown')
if (!server.isRunning()) fail('the server has ended')
process.kill(server.pid, 'SIGTERM')
if ((await server.exited) !== 0) fail('the server did not end well')

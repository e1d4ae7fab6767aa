import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { keysPath, untilOk } from './client.ts'
import { pinning } from './cores.ts'
import { type Command, freePort, launch, type Running } from './processes.ts'
import { temporaryFile } from './temporary.ts'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export interface Contestant {
  name: string
  version: string
  command: (port: number) => Command
  /** One that is answered with 2xx. */
  path: string
}

export interface Server extends Running {
  port: number
  /** From the moment that it was spawned to its first 2xx. */
  startMilliseconds: number
}

export const bare = (answer?: object): Contestant => ({
  name: 'bare node:http',
  version: process.versions.node,
  path: '/',
  command: (port) => {
    const file = answer === undefined ? [] : [temporaryFile('answer.json', JSON.stringify(answer))]
    return { file: process.execPath, args: [at('bare.cjs'), String(port), ...file] }
  },
})

const { version, scripts } = JSON.parse(readFileSync(at('../package.json'), 'utf8'))
/** What `npm start` tells Node, and the image (test/repository.test.ts). */
const flags: string[] = scripts.start.match(/ --\S+(?=.* bin\/)/g).map((flag: string) => flag.trim())

/** Ours as `npm start` and the image run it. */
export const ours = (...options: string[]): Contestant => contestant(flags, options)

/** Ours as npx runs it. */
export const oursByNpx = (): Contestant => ({ ...contestant([], []), name: 'the same by npx' })

const contestant = (nodeFlags: readonly string[], options: readonly string[]): Contestant => ({
  name: 'admin-keys-emulator',
  version,
  path: keysPath,
  command: (port) => ({
    file: process.execPath,
    args: [
      ...nodeFlags,
      at('../bin/admin-keys-emulator.cjs'),
      '--port',
      String(port),
      '--log-level',
      'warn',
      ...options,
    ],
  }),
})

/** Starts it on any core and waits for its first good answer. */
export async function start({ name, command, path }: Contestant, core?: number): Promise<Server> {
  const port = await freePort()
  const spec = command(port)
  const began = performance.now()
  const running = launch({ ...spec, core })
  try {
    await untilOk(port, path, running.isRunning)
  } catch (error) {
    await running.stop()
    throw new Error(`${name} did not start: ${(error as Error).message}\n${running.output()}`)
  }
  return { ...running, port, startMilliseconds: performance.now() - began }
}

/** Starts it on the core where servers are measured under load. */
export const startPinned = (contestant: Contestant): Promise<Server> => start(contestant, pinning?.server)

import { fileURLToPath } from 'node:url'
import { keysPath, untilOk } from './client.ts'
import { pinning } from './cores.ts'
import { packageVersion } from './machine.ts'
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

export const ours = (...options: string[]): Contestant => ({
  name: 'admin-keys-emulator',
  version: packageVersion('../package.json'),
  path: keysPath,
  command: (port) => ({
    file: process.execPath,
    args: [at('../bin/admin-keys-emulator.cjs'), '--port', String(port), '--log-level', 'warn', ...options],
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

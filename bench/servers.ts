import { fileURLToPath } from 'node:url'
import { keysPath, waitUntilOk } from './client.ts'
import { pinning } from './cores.ts'
import { packageVersion } from './machine.ts'
import { type Command, freePort, launch, type RunningProcess } from './processes.ts'
import { createTemporaryFile } from './temporary.ts'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export interface ServerSpec {
  name: string
  version: string
  command: (port: number) => Command
  /** A path that returns 2xx. */
  path: string
}

export interface Server extends RunningProcess {
  port: number
  /** From spawn to the first 2xx response. */
  startMilliseconds: number
}

export const bareServerSpec = (response?: object): ServerSpec => ({
  name: 'bare node:http',
  version: process.versions.node,
  path: '/',
  command: (port) => {
    const file = response === undefined ? [] : [createTemporaryFile('response.json', JSON.stringify(response))]
    return { file: process.execPath, args: [at('bare.cjs'), String(port), ...file] }
  },
})

export const calibrationServerSpec = (): ServerSpec => ({
  name: 'plain Fastify and SQLite',
  version: process.versions.node,
  path: '/keys/key_bench_1',
  command: (port) => ({ file: process.execPath, args: [at('calibration.cjs'), String(port)] }),
})

export const emulatorSpec = (...options: string[]): ServerSpec => ({
  name: 'admin-keys-emulator',
  version: packageVersion('../package.json'),
  path: keysPath,
  command: (port) => ({
    file: process.execPath,
    args: [at('../bin/admin-keys-emulator.cjs'), '--port', String(port), '--log-level', 'warn', ...options],
  }),
})

/** Starts a server, on any core by default, and waits for its first 2xx response. */
export async function startServer({ name, command, path }: ServerSpec, core?: number): Promise<Server> {
  const port = await freePort()
  const commandSpec = command(port)
  const startedAt = performance.now()
  const running = launch({ ...commandSpec, core })
  try {
    await waitUntilOk(port, path, running.isRunning)
  } catch (error) {
    await running.stop()
    throw new Error(`${name} did not start: ${(error as Error).message}\n${running.output()}`)
  }
  return { ...running, port, startMilliseconds: performance.now() - startedAt }
}

/** Starts a server on the core reserved for servers under load. */
export const startPinned = (spec: ServerSpec): Promise<Server> => startServer(spec, pinning?.server)

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { pinToCore } from './cores.ts'
import { removeTemporaryFiles } from './temporary.ts'

export interface Command {
  file: string
  args: readonly string[]
  env?: Readonly<Record<string, string>>
  core?: number | undefined
}

export interface RunningProcess {
  pid: number
  isRunning: () => boolean
  /** The last 4000 characters of its output, on both streams. */
  output: () => string
  exited: Promise<number | null>
  stop: () => Promise<void>
}

const groups = new Set<number>()

/** Runs a command in a new process group, so that its child processes can be killed with it. */
export function launch({ file, args, env, core }: Command): RunningProcess {
  const child = spawn(...pinToCore(core, file, args), {
    env: { ...inheritedEnvironment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const { pid } = child
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-4000)
    })
  child.on('error', (error) => {
    output += error.message
  })
  const exited = once(child, 'close').then(
    ([code]) => code as number | null,
    () => null,
  )
  if (pid === undefined) throw new Error(`${file} could not be started`)
  groups.add(pid)
  // All processes that share its streams have ended, so the id may be reused.
  child.on('close', () => groups.delete(pid))
  const isRunning = () => child.exitCode === null && child.signalCode === null
  const stop = async () => {
    killGroup(pid)
    await exited
  }
  return { pid, isRunning, output: () => output, exited, stop }
}

/** Kills all processes and removes all temporary files on exit, including Ctrl-C and failures. */
export function cleanUpAtExit(): void {
  process.on('exit', () => {
    for (const group of groups) killGroup(group)
    removeTemporaryFiles()
  })
  process.on('SIGINT', () => process.exit(130))
  process.on('SIGTERM', () => process.exit(143))
}

/** Returns a port that is not in use. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

function killGroup(group: number): void {
  try {
    process.kill(-group, 'SIGKILL')
  } catch {
    // It has already ended.
  }
}

// Variables set for other purposes must not change the results.
const inheritedEnvironment = () =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(EMULATOR|OPENAI|NODE|npm)_/.test(name)))

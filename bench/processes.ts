import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { pinned } from './cores.ts'
import { removeTemporary } from './temporary.ts'

export interface Command {
  file: string
  args: readonly string[]
  env?: Readonly<Record<string, string>>
  core?: number | undefined
}

export interface Running {
  pid: number
  isRunning: () => boolean
  /** The end of what it wrote, on both streams. */
  output: () => string
  ended: Promise<number | null>
  stop: () => Promise<void>
}

const groups = new Set<number>()

/** Runs a command in a process group of its own, so that all it starts can be ended with it. */
export function launch({ file, args, env, core }: Command): Running {
  const child = spawn(...pinned(core, file, args), {
    env: { ...inherited(), ...env },
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
  const ended = once(child, 'close').then(
    ([code]) => code as number | null,
    () => null,
  )
  if (pid === undefined) throw new Error(`${file} could not be started`)
  groups.add(pid)
  // Whoever shares its streams has ended, too, and the number may be given to another.
  child.on('close', () => groups.delete(pid))
  const isRunning = () => child.exitCode === null && child.signalCode === null
  const stop = async () => {
    end(pid)
    await ended
  }
  return { pid, isRunning, output: () => output, ended, stop }
}

/** Ends and removes all that the bench made, also on Ctrl-C or when it fails. */
export function cleanUpAtExit(): void {
  process.on('exit', () => {
    for (const group of groups) end(group)
    removeTemporary()
  })
  process.on('SIGINT', () => process.exit(130))
  process.on('SIGTERM', () => process.exit(143))
}

/** A port that nobody listens at. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

function end(group: number): void {
  try {
    process.kill(-group, 'SIGKILL')
  } catch {
    // It had ended by itself.
  }
}

// What whoever runs the bench has set for other purposes must not change what is measured.
const inherited = () =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(EMULATOR|OPENAI|NODE|npm)_/.test(name)))

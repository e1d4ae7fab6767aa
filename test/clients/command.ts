import { spawn } from 'node:child_process'
import { once } from 'node:events'

export interface Ended {
  code: number | null
  stdout: string
  /** On both streams, in the order in which it came. */
  output: string
}

/** Runs a command to its end. One that takes longer than five minutes is ended. */
export async function run(
  file: string,
  args: readonly string[],
  { cwd, env = {} }: { cwd?: string; env?: Record<string, string> } = {},
): Promise<Ended> {
  const child = spawn(file, args, {
    cwd,
    env: { ...inherited(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 300_000,
    killSignal: 'SIGKILL',
  })
  let stdout = ''
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    output += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text))
  const [code] = await once(child, 'close')
  return { code, stdout, output }
}

// What whoever runs this has set for clients and servers of their own.
const inherited = () =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(EMULATOR|OPENAI|VITEST|NODE_OPTIONS)/.test(name)),
  )

import { spawn } from 'node:child_process'
import { once } from 'node:events'

export interface CommandResult {
  code: number | null
  stdout: string
  /** Both streams, in the order of arrival. */
  output: string
}

/** Runs a command until it exits; kills it after five minutes. */
export async function run(
  file: string,
  args: readonly string[],
  { cwd, env = {} }: { cwd?: string; env?: Record<string, string> } = {},
): Promise<CommandResult> {
  const child = spawn(file, args, {
    cwd,
    env: { ...inheritedEnvironment(), ...env },
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

// Without variables that are meant for other clients and servers.
const inheritedEnvironment = () =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(EMULATOR|OPENAI|VITEST|NODE_OPTIONS)/.test(name)),
  )

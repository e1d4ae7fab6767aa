import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const repositoryPath = fileURLToPath(new URL('../..', import.meta.url))

/** The entry point that the repository, the package and the image all run. */
export const programPath = fileURLToPath(new URL('../../bin/admin-keys-emulator.cjs', import.meta.url))

export interface ProgramResult {
  code: number | null
  stdout: string
  stderr: string
}

export interface Program {
  child: ChildProcess
  /** The output so far. */
  output: { stdout: string; stderr: string }
  finished: Promise<ProgramResult>
}

/** Starts the program without inherited EMULATOR_* and OPENAI_* variables. It is killed after the test. */
export function startProgram(
  args: string[],
  env: Record<string, string> = {},
  {
    execArgv = [],
    file = programPath,
    ...user
  }: { uid?: number; gid?: number; execArgv?: string[]; file?: string } = {},
): Program {
  return startNode([...execArgv, file, ...args], env, user)
}

/** Runs a CommonJS script in the root of the repository, as `node -e` does. */
export const runScript = (script: string, env: Record<string, string> = {}): Promise<ProgramResult> =>
  startNode(['-e', script], env, { cwd: repositoryPath }).finished

const startNode = (args: string[], env: Record<string, string>, options: SpawnOptions): Program =>
  startProcess(process.execPath, args, env, options)

/** Starts a process without inherited EMULATOR_* and OPENAI_* variables. It is killed after the test. */
export function startProcess(
  file: string,
  args: string[],
  env: Record<string, string>,
  options: SpawnOptions = {},
): Program {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(EMULATOR|OPENAI|VITEST|NODE_OPTIONS)/.test(name))
  const child = spawn(file, args, {
    env: { ...Object.fromEntries(inherited), NODE_COMPILE_CACHE: process.env['ADMIN_KEYS_COMPILE_CACHE'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...options,
  })
  const output = { stdout: '', stderr: '' }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output.stdout += text))
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (output.stderr += text))
  const finished = once(child, 'close').then(([code]) => ({ code: code as number | null, ...output }))
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await finished
  })
  return { child, output, finished }
}

/** Runs a command until it exits. */
export const runProgram = (args: string[], env?: Record<string, string>): Promise<ProgramResult> =>
  startProgram(args, env).finished

export interface RunningServer extends Program {
  url: string
}

/** Resolves to the URL in the startup line. Rejects if the program exits first. */
export const waitForServerUrl = (program: Program): Promise<string> =>
  new Promise((resolve, reject) => {
    program.child.stdout?.on('data', () => {
      const line = /^(\{.*\})\n/.exec(program.output.stdout)?.[1]
      if (line !== undefined) resolve(JSON.parse(line).url)
    })
    program.finished.then(({ code, stderr }) => reject(new Error(`exited with ${code}: ${stderr}`)))
  })

/** Starts a server on a free port and waits until it listens. */
export async function serve(
  args: string[] = [],
  env: Record<string, string> = {},
  { execArgv = [] }: { execArgv?: string[] } = {},
): Promise<RunningServer> {
  const program = startProgram(['--port', '0', '--log-level', 'warn', ...args], env, { execArgv })
  return { ...program, url: await waitForServerUrl(program) }
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { expect, onTestFinished } from 'vitest'
import { createTemporaryFolder } from './files.ts'
import { programPath } from './program.ts'

/** The `script` of util-linux creates a terminal; that of other systems takes other options. */
export const hasTerminal = process.platform === 'linux'

export interface Terminal {
  /** What the terminal received so far, with escape sequences. */
  raw(): string
  /** The lines that a person sees so far. */
  lines(): string[]
  /** Types text, such as `\x03` for Ctrl-C. */
  type(text: string): void
  /** Stops reading, as a terminal does after Ctrl-S. */
  pause(): void
  resume(): void
  /** Sends a signal to the program. */
  kill(signal: NodeJS.Signals): void
  isRunning(): boolean
  /** Resolves to the exit code of the program. */
  finished: Promise<number | null>
}

export interface TerminalOptions {
  columns?: number
  env?: Record<string, string>
}

/** Starts the program on a terminal. It is ended after the test. */
export function startOnTerminal(args: string[], { columns, env = {} }: TerminalOptions = {}): Terminal {
  const quoted = [process.execPath, programPath, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`)
  const size = columns === undefined ? '' : `stty cols ${columns}; `
  const pidFile = join(createTemporaryFolder(), 'pid')
  const pid = () => Number(readFileSync(pidFile, 'utf8'))
  // With CI, Node shows no colors.
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(EMULATOR|OPENAI|NO_COLOR|FORCE_COLOR|CI$)/.test(name),
  )
  const child = spawn('script', ['-qec', `echo $$ >${pidFile}; ${size}exec ${quoted.join(' ')}`, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...Object.fromEntries(inherited), TERM: 'xterm-256color', TZ: 'UTC', ...env },
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  const finished = once(child, 'exit').then(([code]) => code as number | null)
  const isRunning = () => {
    try {
      // Until its parent notices, a process that has ended is a zombie.
      return !/^State:\tZ/m.test(readFileSync(`/proc/${pid()}/status`, 'utf8'))
    } catch {
      return false
    }
  }
  onTestFinished(async () => {
    if (isRunning()) process.kill(pid(), 'SIGKILL')
    child.stdout.resume()
    await finished
  })
  return {
    raw: () => text,
    lines: () => stripVTControlCharacters(text).replaceAll('\r', '').split('\n'),
    type: (typed) => void child.stdin.write(typed),
    pause: () => void child.stdout.pause(),
    resume: () => void child.stdout.resume(),
    kill: (signal) => void process.kill(pid(), signal),
    isRunning,
    finished,
  }
}

export interface ServerOnTerminal extends Terminal {
  url: string
}

/** Starts a server on a terminal and waits until it listens. */
export async function serveOnTerminal(args: string[] = [], options?: TerminalOptions): Promise<ServerOnTerminal> {
  const terminal = startOnTerminal(['--port', '0', ...args], options)
  const urlPattern = /^ {2}URL +(http\S+)$/
  const findUrl = () => terminal.lines().flatMap((line) => urlPattern.exec(line)?.[1] ?? [])[0]
  await expect.poll(findUrl, { timeout: 10_000 }).toBeDefined()
  return { ...terminal, url: findUrl() ?? '' }
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** A running emulator from the built program. */
export interface Server {
  url: string
  /** Stops the server; returns the problems: warnings it logged, or a failed exit. */
  stop(): Promise<string[]>
}

export async function startServer(): Promise<Server> {
  const args = ['--port', '0', '--seed', at('seed.yaml'), '--random-seed', '1', '--log-level', 'warn']
  const child = spawn(process.execPath, [at('../../bin/admin-keys-emulator.cjs'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  process.once('exit', () => child.kill())
  const problems: string[] = []
  createInterface({ input: child.stderr }).on('line', (line) => problems.push(`the server logged: ${line}`))
  const [start] = await once(createInterface({ input: child.stdout }), 'line')
  return {
    url: JSON.parse(start).url,
    async stop() {
      const exited = once(child, 'close')
      child.kill('SIGTERM')
      const [code] = child.exitCode === null ? await exited : [child.exitCode]
      return code === 0 ? problems : [...problems, `the server ended with ${code}`]
    },
  }
}

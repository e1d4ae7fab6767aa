import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** A server of the built program. */
export interface Server {
  url: string
  /** Ends it, and says what was wrong with it: what it logged, or that it had died. */
  stop(): Promise<string[]>
}

export async function startServer(): Promise<Server> {
  const args = ['--port', '0', '--seed', at('seed.yaml'), '--random-seed', '1', '--log-level', 'warn']
  const child = spawn(process.execPath, [at('../../bin/admin-keys-emulator.cjs'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  process.once('exit', () => child.kill())
  const wrong: string[] = []
  createInterface({ input: child.stderr }).on('line', (line) => wrong.push(`the server said: ${line}`))
  const [start] = await once(createInterface({ input: child.stdout }), 'line')
  return {
    url: JSON.parse(start).url,
    async stop() {
      const ended = once(child, 'close')
      child.kill('SIGTERM')
      const [code] = child.exitCode === null ? await ended : [child.exitCode]
      return code === 0 ? wrong : [...wrong, `the server ended with ${code}`]
    },
  }
}

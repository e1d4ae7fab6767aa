import { once } from 'node:events'
import { flushCompileCache } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import type { Options, startOptions } from '../../config/options.ts'
import { sandboxBaseUrl } from '../../sandbox/names.ts'
import { type RunningServer, serve } from '../../server/serve.ts'
import { onSecondStop, onStop } from '../signals.ts'

/** Serves until a signal. Rejects as `serve` does. */
export async function start(config: Options<(typeof startOptions)[number]>): Promise<void> {
  const server = await serve(config)
  onStop(() => void stop(server.app))
  printStartup(server, config.json || !process.stdout.isTTY)
  setTimeout(flushCompileCache, compileCacheDelayMs).unref()
}

// By then a server that is used has run what serving takes; Node itself keeps what it compiled only when a process exits
// of itself, and many are killed. In milliseconds.
const compileCacheDelayMs = 1000

// How long a reader of the log may take for what is left of it, in milliseconds.
const logDrainMs = 500

/** Lets requests in flight complete and exits with 0. A second signal does not wait for that. */
async function stop(app: FastifyInstance): Promise<void> {
  onSecondStop(() => process.exit(1))
  await app.close()
  // A log that nobody reads would keep the process alive.
  if (process.stderr.writableLength > 0) await Promise.race([once(process.stderr, 'drain'), sleep(logDrainMs)])
  process.exit(0)
}

function printStartup({ url, adminKey }: RunningServer, asJson: boolean): void {
  const location = { url, base_url: sandboxBaseUrl(url, 'default'), admin_key: adminKey ?? null, docs: `${url}/docs` }
  const text = `Admin keys emulator
  URL        ${location.url}
  Base URL   ${location.base_url}   (OPENAI_BASE_URL)
  Admin key  ${adminKey ?? 'none'}   (OPENAI_ADMIN_KEY)
  Documents  ${location.docs}`
  process.stdout.write(`${asJson ? JSON.stringify(location) : text}\n`)
}

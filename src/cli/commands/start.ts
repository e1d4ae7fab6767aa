import { once } from 'node:events'
import nodeModule from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Options, optionSpecs, type startOptions } from '../../config/options.ts'
import { defaultSandbox, sandboxBaseUrl } from '../../sandbox/names.ts'
import { type RunningServer, serve } from '../../server/serve.ts'
import { onSecondStop, onStop } from '../signals.ts'
import { unblock } from '../terminal.ts'

// Late enough for the cache to contain the code that serves requests. Written now, because many servers are killed.
const compileCacheDelayMs = 1000

// How long to wait for the rest of the log to be read.
const logDrainMs = 500

/** Serves until a signal. Rejects as `serve` does. */
export async function start(options: Options<(typeof startOptions)[number]>): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) unblock(stream)
  const server = await serve(options)
  onStop(() => void stop(server))
  printStartup(server, options.json || !process.stdout.isTTY)
  // Deno has no such cache.
  setTimeout(() => nodeModule.flushCompileCache?.(), compileCacheDelayMs).unref()
}

/** Completes requests in flight and exits with 0. A second signal does not wait for them. */
async function stop(server: RunningServer): Promise<void> {
  onSecondStop(() => process.exit(1))
  await server.close()
  // A log that nobody reads would keep the process alive.
  if (process.stderr.writableLength > 0) await Promise.race([once(process.stderr, 'drain'), sleep(logDrainMs)])
  process.exit(0)
}

function printStartup({ url, adminKey }: RunningServer, asJson: boolean): void {
  const baseUrl = sandboxBaseUrl(url, defaultSandbox)
  // The user who chose a key knows it, and logs of test runs may be public.
  const shownKey = adminKey === undefined || adminKey === optionSpecs.adminKey.default ? adminKey : '[redacted]'
  const json = { url, base_url: baseUrl, admin_key: shownKey ?? null, docs: `${url}/docs` }
  const text = `Admin keys emulator
  URL        ${url}
  Base URL   ${baseUrl}   (OPENAI_BASE_URL)
  Admin key  ${shownKey ?? 'none'}   (OPENAI_ADMIN_KEY)
  Docs       ${json.docs}`
  process.stdout.write(`${asJson ? JSON.stringify(json) : text}\n`)
}

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { buildApp } from '../app.ts'
import type { Options, startOptions } from '../config.ts'
import { monotonicNow } from '../sandbox/clock.ts'
import { loadSeeds } from '../sandbox/seed/load.ts'
import { onStop } from './signals.ts'
import { baseUrl, rootUrl } from './where.ts'

/** Serves until a signal. Throws UserError for what the user can mend, and the error of `listen` as it is. */
export async function start(config: Options<(typeof startOptions)[number]>): Promise<void> {
  const adminKey = config.adminKey === 'none' ? undefined : config.adminKey
  const app = await buildApp({
    origin: { seed: await loadSeeds(config.seed), adminKey },
    maxSandboxes: config.maxSandboxes,
    sandboxTtl: config.sandboxTtl,
    dataDirectory: config.data,
    allowedHosts: config.allowHost,
    logLevel: config.logLevel,
  })
  try {
    const listenTextResolver = (address: string) => `listening at ${address}`
    await app.listen({ host: config.host, port: config.port, listenTextResolver })
  } catch (error) {
    await app.close()
    throw error
  }
  onStop(() => void stop(app))
  const { address, port } = app.server.address() as AddressInfo
  announce(rootUrl({ host: address, port }), adminKey, config.json || !process.stdout.isTTY)
}

// How long a reader of the log may take for what is left of it, in milliseconds.
const patience = 500

// Under npm a Ctrl-C arrives twice, from the terminal and from npm. In milliseconds.
const sameSignal = 500

/** Lets requests in flight complete and exits with 0. A second signal does not wait for that. */
async function stop(app: FastifyInstance): Promise<void> {
  const begun = monotonicNow()
  onStop(() => {
    if (monotonicNow() - begun > sameSignal) process.exit(1)
  })
  await app.close()
  // A log that nobody reads would keep the process alive.
  if (process.stderr.writableLength > 0) await Promise.race([once(process.stderr, 'drain'), sleep(patience)])
  process.exit(0)
}

function announce(url: string, adminKey: string | undefined, asJson: boolean): void {
  const said = { url, base_url: baseUrl(url, 'default'), admin_key: adminKey ?? null, docs: `${url}/docs` }
  const text = `Admin keys emulator
  URL        ${said.url}
  Base URL   ${said.base_url}   (OPENAI_BASE_URL)
  Admin key  ${adminKey ?? 'none'}   (OPENAI_ADMIN_KEY)
  Documents  ${said.docs}`
  process.stdout.write(`${asJson ? JSON.stringify(said) : text}\n`)
}

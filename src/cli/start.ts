import type { AddressInfo } from 'node:net'
import { buildApp } from '../app.ts'
import type { Config } from '../config.ts'
import { loadSeeds } from '../sandbox/seed/load.ts'
import { baseUrl, rootUrl } from './where.ts'

/** Serves until a signal. Throws UserError for what the user can mend, and the error of `listen` as it is. */
export async function start(config: Readonly<Config>): Promise<void> {
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
    await app.listen({
      host: config.host,
      port: config.port,
      listenTextResolver: (address) => `listening at ${address}`,
    })
  } catch (error) {
    await app.close()
    throw error
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void app.close())
  const { address, port } = app.server.address() as AddressInfo
  announce(rootUrl({ host: address, port }), adminKey, config.json || !process.stdout.isTTY)
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

import { emulatorUrl } from '../config/location.ts'
import type { Options, serverOptions } from '../config/options.ts'
import { readTlsIdentity } from '../config/tls-files.ts'
import { defaultSandbox } from '../sandbox/names.ts'
import { listSeeds, loadSeeds } from '../sandbox/seed/load.ts'
import { buildApp } from './app.ts'

export interface RunningServer {
  /** The URL with the port that was bound, without a slash at its end. */
  url: string
  /** Undefined if the server has no admin key. */
  adminKey: string | undefined
  /** The certificate as PEM; undefined for plain HTTP. */
  certificate: string | undefined
  /** The names and files of the seeds, in the order in which they were loaded. */
  seeds: readonly string[]
  /** Returns the number of keys that the sandbox `default` lists. */
  countKeys(): number
  close(): Promise<void>
}

/** Builds an emulator and listens. Rejects with UserError for the user's mistakes, and with the error of the socket. */
export async function serve(options: Options<(typeof serverOptions)[number]>): Promise<RunningServer> {
  const location = { folder: options.seedFolder, seeds: options.seed }
  const reloader = options.watch ? (await import('./seed-reloader.ts')).createSeedReloader(location) : undefined
  const adminKey = options.adminKey === 'none' ? undefined : options.adminKey
  const tls = readTlsIdentity(options)
  const seeds = listSeeds(location)
  const app = await buildApp({
    tls,
    defaults: {
      seed: await loadSeeds(seeds, { allowsPipes: !options.watch, adminKey }),
      adminKey,
      randomSeed: options.randomSeed,
      journal: options.journal,
    },
    maxSandboxes: options.maxSandboxes,
    sandboxTtl: options.sandboxTtl,
    autoCreate: !options.noAutoCreate,
    dataDirectory: options.data,
    allowedHosts: options.allowHost,
    corsOrigins: options.corsOrigin,
    controlToken: options.controlToken,
    logLevel: options.logLevel,
    logFormat: options.logFormat,
    seedReloader: reloader,
  })
  try {
    const { host, tlsCert } = options
    const { address, port } = await app.httpServer.listen({ host, port: options.port })
    return {
      url: emulatorUrl(tls === undefined ? { host: address, port } : { host, port, tlsCert }),
      adminKey,
      certificate: tls?.cert,
      seeds,
      countKeys: () => app.registry.find(defaultSandbox)?.state.store.adminApiKeys.count() ?? 0,
      async close() {
        await app.close()
        app.log.info('stopped')
      },
    }
  } catch (error) {
    await app.close()
    throw error
  }
}

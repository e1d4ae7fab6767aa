import { emulatorUrl } from '../config/location.ts'
import type { Options, serverOptions } from '../config/options.ts'
import { readTlsIdentity } from '../config/tls-files.ts'
import { loadSeeds, seedFilesIn } from '../sandbox/seed/load.ts'
import { buildApp } from './app.ts'

export interface RunningServer {
  /** The URL with the port that was bound, without a slash at its end. */
  url: string
  /** Undefined if the server has no admin key. */
  adminKey: string | undefined
  /** The certificate as PEM; undefined for plain HTTP. */
  certificate: string | undefined
  close(): Promise<void>
}

/** Builds an emulator and listens. Rejects with UserError for the user's mistakes, and with the error of the socket. */
export async function serve(options: Options<(typeof serverOptions)[number]>): Promise<RunningServer> {
  const seeds = options.seedFolder === undefined ? options.seed : [...seedFilesIn(options.seedFolder), ...options.seed]
  const adminKey = options.adminKey === 'none' ? undefined : options.adminKey
  const tls = readTlsIdentity(options)
  const app = await buildApp({
    tls,
    defaults: { seed: await loadSeeds(seeds), adminKey, randomSeed: options.randomSeed, journal: options.journal },
    maxSandboxes: options.maxSandboxes,
    sandboxTtl: options.sandboxTtl,
    dataDirectory: options.data,
    allowedHosts: options.allowHost,
    corsOrigins: options.corsOrigin,
    controlToken: options.controlToken,
    logLevel: options.logLevel,
  })
  try {
    const { host, tlsCert } = options
    const { address, port } = await app.httpServer.listen({ host, port: options.port })
    const url = emulatorUrl(tls === undefined ? { host: address, port } : { host, port, tlsCert })
    return { url, adminKey, certificate: tls?.cert, close: app.close }
  } catch (error) {
    await app.close()
    throw error
  }
}

import type { AddressInfo } from 'node:net'
import type { FastifyInstance } from 'fastify'
import { emulatorUrl } from '../config/location.ts'
import type { Options, serverOptions } from '../config/options.ts'
import { seedFilesIn } from '../sandbox/seed/folder.ts'
import { loadSeeds } from '../sandbox/seed/load.ts'
import { buildApp } from './app.ts'

export interface RunningServer {
  app: FastifyInstance
  /** With the port that it got, without a slash at its end. */
  url: string
  /** `undefined` where there is none. */
  adminKey: string | undefined
}

/** Builds a server and listens. Rejects with UserError for what the user can mend, with the error of `listen` as it is. */
export async function serve(config: Options<(typeof serverOptions)[number]>): Promise<RunningServer> {
  const seeds = config.seedFolder === undefined ? config.seed : [...seedFilesIn(config.seedFolder), ...config.seed]
  const adminKey = config.adminKey === 'none' ? undefined : config.adminKey
  const app = await buildApp({
    defaults: { seed: await loadSeeds(seeds), adminKey, randomSeed: config.randomSeed, journal: config.journal },
    maxSandboxes: config.maxSandboxes,
    sandboxTtl: config.sandboxTtl,
    dataDirectory: config.data,
    allowedHosts: config.allowHost,
    controlToken: config.controlToken,
    logLevel: config.logLevel,
  })
  try {
    const listenTextResolver = (address: string) => `listening at ${address}`
    await app.listen({ host: config.host, port: config.port, listenTextResolver })
  } catch (error) {
    await app.close()
    throw error
  }
  const { address, port } = app.server.address() as AddressInfo
  return { app, url: emulatorUrl({ host: address, port }), adminKey }
}

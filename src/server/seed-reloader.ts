import type { FastifyBaseLogger } from 'fastify'
import { UserError } from '../common/user-error.ts'
import type { SandboxRegistry } from '../sandbox/registry.ts'
import { listSeeds, loadSeeds, type SeedLocation } from '../sandbox/seed/load.ts'
import { countKeys } from '../sandbox/seed/merge.ts'
import { assertNoneIsGone, assertWatchable, digestSeeds, watchSeeds } from '../sandbox/seed/watch.ts'

/** Reloads the seeds of a server when their files change. */
export interface SeedReloader {
  /** Returns a function that ends it. */
  start(registry: SandboxRegistry, log: FastifyBaseLogger): () => void
}

/** Must be called before the seeds are loaded, so that no change is missed. Throws UserError if there is no file to watch. */
export function createSeedReloader(location: SeedLocation): SeedReloader {
  assertWatchable(location)
  let loaded = digestSeeds(location)

  async function reload(registry: SandboxRegistry, log: FastifyBaseLogger): Promise<void> {
    assertWatchable(location)
    const digest = digestSeeds(location)
    // The file was only touched, or a mistake was undone.
    if (digest === loaded) return
    assertNoneIsGone(location)
    const seed = await loadSeeds(listSeeds(location), { adminKey: registry.defaults.adminKey })
    loaded = digest
    const sandboxes = await registry.replaceSeed(seed)
    const keys = countKeys(seed)
    log.info({ keys, sandboxes }, `seed reloaded: ${keys} keys; sandboxes reset: ${sandboxes.join(', ') || 'none'}`)
  }

  return {
    start: (registry, log) => watchSeeds(location, () => reload(registry, log).catch((error) => report(error, log))),
  }
}

function report(error: unknown, log: FastifyBaseLogger): void {
  if (error instanceof UserError) {
    for (const mistake of error.message.split('\n')) log.warn(`seed not reloaded, nothing changed: ${mistake}`)
  } else {
    log.error({ err: error }, 'seed not reloaded')
  }
}

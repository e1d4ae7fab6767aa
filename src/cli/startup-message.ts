import { resolve } from 'node:path'
import { version } from '../common/package-info.ts'
import { hideKeys } from '../common/redaction.ts'
import { optionSpecs } from '../config/option-specs.ts'
import { inspectorPath } from '../control-api/inspector-path.ts'
import { defaultSandbox, sandboxBaseUrl } from '../sandbox/names.ts'
import type { RunningServer } from '../server/serve.ts'

/** The startup message, as printed in JSON. */
export interface StartupMessage {
  version: string
  url: string
  base_url: string
  admin_key: string | null
  seed: string[]
  /** The number of keys that the sandbox `default` lists. */
  keys: number
  /** Null if the state is in memory. */
  data: string | null
  inspector: string
  docs: string
}

export function createStartupMessage(server: RunningServer, dataFolder: string | undefined): StartupMessage {
  const { url, adminKey, seeds } = server
  // The user who chose a key knows it, and logs of test runs may be public.
  const shownKey = adminKey === undefined || adminKey === optionSpecs.adminKey.default ? adminKey : '[redacted]'
  return {
    version,
    url,
    base_url: sandboxBaseUrl(url, defaultSandbox),
    admin_key: shownKey ?? null,
    seed: seeds.length === 0 ? [optionSpecs.seed.defaultText] : seeds.map(hideKeys),
    keys: server.countKeys(),
    data: dataFolder === undefined ? null : hideKeys(resolve(dataFolder)),
    inspector: `${url}${inspectorPath}`,
    docs: `${url}/docs`,
  }
}

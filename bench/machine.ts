import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, release, totalmem, type } from 'node:os'
import { pinning } from './cores.ts'
import { wrkVersion } from './wrk.ts'

/** On what it was measured, and with what; nothing that tells whose machine it was. */
export function describeMachine(): string[] {
  return [
    `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GB; ${system()}`,
    `Node ${process.versions.node}, npm ${npmVersion()}, ${wrkVersion()}, ${dependencies().join(', ')}`,
    pinning === undefined
      ? 'server and load shared the cores (no taskset, or only one core)'
      : `under load the server had core ${pinning.server} and wrk core ${pinning.load} (taskset)`,
  ]
}

function system(): string {
  const name = /^PRETTY_NAME="?(.*?)"?$/m.exec(textOf('/etc/os-release') ?? '')?.[1]
  return `${name === undefined ? '' : `${name}, `}${type()} ${release().split('-')[0]}`
}

// npm tells those that it runs who it is.
const npmVersion = () => /npm\/(\S+)/.exec(process.env['npm_config_user_agent'] ?? '')?.[1] ?? 'unknown'

function dependencies(): string[] {
  const measured = ['fastify', 'better-sqlite3']
  return measured.map((name) => `${name} ${packageVersion(`../node_modules/${name}/package.json`)}`)
}

export const packageVersion = (path: string): string =>
  JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')).version

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

import { readFileSync } from 'node:fs'
import { availableParallelism, cpus, release, totalmem, type } from 'node:os'
import { pinning } from './cores.ts'
import { wrkVersion } from './wrk.ts'

/** Describes the machine and the versions, without anything that identifies its owner. */
export function describeMachine(): string[] {
  return [
    `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GB; ${describeSystem()}`,
    `Node ${process.versions.node}, npm ${npmVersion()}, ${wrkVersion()}, ${dependencyVersions().join(', ')}`,
    pinning === undefined
      ? 'server and load shared the cores (no taskset, or only one core)'
      : `under load, the server ran on core ${pinning.server} and wrk on core ${pinning.load} (taskset)`,
  ]
}

function describeSystem(): string {
  const name = /^PRETTY_NAME="?(.*?)"?$/m.exec(readIfExists('/etc/os-release') ?? '')?.[1]
  return `${name === undefined ? '' : `${name}, `}${type()} ${release().split('-')[0]}`
}

// npm sets this for the scripts it runs.
const npmVersion = () => /npm\/(\S+)/.exec(process.env['npm_config_user_agent'] ?? '')?.[1] ?? 'unknown'

function dependencyVersions(): string[] {
  const names = ['fastify', 'better-sqlite3']
  return names.map((name) => `${name} ${packageVersion(`../node_modules/${name}/package.json`)}`)
}

export const packageVersion = (path: string): string =>
  JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')).version

function readIfExists(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

export interface Pinning {
  server: number
  load: number
}

/** A core for the server and another for the load, where the machine has both and taskset is there to say so. */
export const pinning: Pinning | undefined = choose()

/** The command line, kept to that core. */
export function pinned(core: number | undefined, file: string, args: readonly string[]): [string, string[]] {
  return core === undefined ? [file, [...args]] : ['taskset', ['-c', String(core), file, ...args]]
}

function choose(): Pinning | undefined {
  const [load, server] = allowedCores()
  if (load === undefined || server === undefined) return undefined
  return spawnSync('taskset', ['-c', String(server), 'true']).status === 0 ? { server, load } : undefined
}

/** Of a container, too, which may have any of the machine's. */
function allowedCores(): number[] {
  try {
    const list = /^Cpus_allowed_list:\s*(.*)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? ''
    return list.split(',').flatMap((range) => {
      const [first = 0, last = first] = range.split('-').map(Number)
      return Array.from({ length: last - first + 1 }, (_, i) => first + i)
    })
  } catch {
    return []
  }
}

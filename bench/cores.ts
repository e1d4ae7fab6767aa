import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

export interface Pinning {
  server: number
  load: number
}

/** One core for the server and one for the load; undefined without taskset or with fewer than two cores. */
export const pinning: Pinning | undefined = choosePinning()

/** Returns the command line that runs `file` on that core. */
export function pinToCore(core: number | undefined, file: string, args: readonly string[]): [string, string[]] {
  return core === undefined ? [file, [...args]] : ['taskset', ['-c', String(core), file, ...args]]
}

function choosePinning(): Pinning | undefined {
  const [load, server] = allowedCores()
  if (load === undefined || server === undefined) return undefined
  return spawnSync('taskset', ['-c', String(server), 'true']).status === 0 ? { server, load } : undefined
}

// A container may be limited to any of the machine's cores.
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

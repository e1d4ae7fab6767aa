import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Resident memory of a process and all that descend from it; `undefined` where there is no /proc. */
export function residentMegabytes(pid: number): number | undefined {
  const sizes = family(pid).map((each) => {
    const kilobytes = /^VmRSS:\s*(\d+)/m.exec(read(each, 'status') ?? '')?.[1]
    return kilobytes === undefined ? 0 : Number(kilobytes) / 1024
  })
  const sum = sizes.reduce((total, size) => total + size, 0)
  return sum === 0 ? undefined : sum
}

/** Processor time that a process has had, its own and the kernel's for it; `undefined` where there is no /proc. */
export function processorMicroseconds(pid: number): number | undefined {
  const fields = statistics(pid)
  // Linux counts in hundredths of a second here, on every architecture that Node runs on.
  return fields && (Number(fields[11]) + Number(fields[12])) * 10_000
}

export function bytesBelow(folder: string): number {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => statSync(join(folder, name)))
  return files.reduce((total, stat) => (stat.isFile() ? total + stat.size : total), 0)
}

function family(pid: number): number[] {
  const children = processes().filter((each) => Number(statistics(each)?.[1]) === pid)
  return [pid, ...children.flatMap(family)]
}

function processes(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
  } catch {
    return []
  }
}

// The second field is the command's name in parentheses and may hold anything.
const statistics = (pid: number): string[] | undefined =>
  read(pid, 'stat')
    ?.replace(/^.*\) /s, '')
    .split(' ')

function read(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return undefined
  }
}

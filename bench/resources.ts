import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** Returns the resident memory of a process and its descendants; `undefined` without /proc. */
export function residentMegabytes(pid: number): number | undefined {
  const sizes = processTree(pid).map((each) => {
    const kilobytes = /^VmRSS:\s*(\d+)/m.exec(readProcessFile(each, 'status') ?? '')?.[1]
    return kilobytes === undefined ? 0 : Number(kilobytes) / 1024
  })
  const sum = sizes.reduce((total, size) => total + size, 0)
  return sum === 0 ? undefined : sum
}

/** Returns the CPU time of a process, user and system; `undefined` without /proc. */
export function processCpuMicroseconds(pid: number): number | undefined {
  const fields = readStatFields(pid)
  // In hundredths of a second on every Linux architecture that Node supports.
  return fields && (Number(fields[11]) + Number(fields[12])) * 10_000
}

export function folderBytes(folder: string): number {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => statSync(join(folder, name)))
  return files.reduce((total, stat) => (stat.isFile() ? total + stat.size : total), 0)
}

function processTree(pid: number): number[] {
  const children = listProcesses().filter((each) => Number(readStatFields(each)?.[1]) === pid)
  return [pid, ...children.flatMap(processTree)]
}

function listProcesses(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
  } catch {
    return []
  }
}

// The second field is the command name in parentheses, which may contain spaces.
const readStatFields = (pid: number): string[] | undefined =>
  readProcessFile(pid, 'stat')
    ?.replace(/^.*\) /s, '')
    .split(' ')

function readProcessFile(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return undefined
  }
}

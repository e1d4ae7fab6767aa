import { readFileSync } from 'node:fs'

/** Returns the resident memory of a process in bytes. Linux only. */
export function readRss(pid: number | undefined): number {
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kilobytes) * 1024
}

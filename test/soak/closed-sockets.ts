import { existsSync, readFileSync, rmSync } from 'node:fs'

const maxWaitMs = 5000
const pollMs = 20

/**
 * Returns what a server that has loaded `report-sockets.ts` did with the connection that a failure names by its local port. Waits
 * without the event loop, so that nothing else happens before the soak ends.
 */
export function explainConnection(failure: string, pid: number, socketsFile: string): string {
  const [, port] = /local port (\d+)/.exec(failure) ?? []
  if (port === undefined) return ''
  const closings = readClosings(pid, socketsFile)
  if (closings === undefined) return `\nthe server did not report what it did with the connection of port ${port}`
  const own = closings.filter((closing) => closing.startsWith(`port ${port} `))
  if (own.length === 0) return `\nthe server process did not close the connection of port ${port}: the system did`
  return `\nthe server closed the connections of port ${port}:\n${own.join('\n')}`
}

function readClosings(pid: number, socketsFile: string): string[] | undefined {
  rmSync(socketsFile, { force: true })
  try {
    process.kill(pid, 'SIGHUP')
  } catch {
    return undefined
  }
  for (let waited = 0; !existsSync(socketsFile); waited += pollMs) {
    if (waited >= maxWaitMs) return undefined
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pollMs)
  }
  return readFileSync(socketsFile, 'utf8').split('\n')
}

import { existsSync, readFileSync } from 'node:fs'

// Linux only: why the system itself dropped or reset connections.
const file = '/proc/net/netstat'
const shown = [
  'ListenOverflows',
  'ListenDrops',
  'EmbryonicRsts',
  'TCPReqQFullDrop',
  'TCPBacklogDrop',
  'TCPAbortOnMemory',
]

function readCounters(): Map<string, number> {
  if (!existsSync(file)) return new Map()
  const [names = [], values = []] = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('TcpExt:'))
    .map((line) => line.split(' '))
  return new Map(names.map((name, index) => [name, Number(values[index])]))
}

/** Returns a function that describes how often the system has dropped or reset connections since, of any process. */
export function watchTcpCounters(): () => string {
  const before = readCounters()
  return () => {
    const now = readCounters()
    const changes = shown.map((name) => `${name} ${(now.get(name) ?? 0) - (before.get(name) ?? 0)}`)
    return `connections that the system dropped or reset, of all processes: ${changes.join(', ')}`
  }
}

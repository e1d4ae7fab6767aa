import { Agent } from 'node:http'
import { requestOk } from './client.ts'
import { emulatorSpec, startServer } from './servers.ts'

export const importedKeys = 1_000_000

export interface BlockingFigures {
  importSeconds: number
  /** The longest that a request to `/health` took during the import. */
  longestMilliseconds: number
}

/** Imports a million generated keys into a running emulator, on any core, while another connection requests `/health`. */
export async function measureBlocking(): Promise<BlockingFigures> {
  const server = await startServer(emulatorSpec())
  const agent = new Agent({ keepAlive: true })
  let isImporting = true
  const startedAt = performance.now()
  const importing = requestOk(server.port, {
    method: 'PUT',
    path: '/_emulator/state',
    body: JSON.stringify({ keys: [{ generate: importedKeys, name: 'load-{n}' }] }),
  }).finally(() => {
    isImporting = false
  })
  let longestMilliseconds = 0
  while (isImporting) {
    const sentAt = performance.now()
    await requestOk(server.port, { path: '/health', agent })
    longestMilliseconds = Math.max(longestMilliseconds, performance.now() - sentAt)
  }
  await importing
  const importSeconds = (performance.now() - startedAt) / 1000
  agent.destroy()
  await server.stop()
  return { importSeconds, longestMilliseconds }
}

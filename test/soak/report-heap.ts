import { renameSync, writeFileSync } from 'node:fs'

// Loaded into the server (`--import`, with `--expose-gc`): on SIGUSR2, writes the size of what is reachable.

const path = process.env['SOAK_HEAP_FILE'] as string

process.on('SIGUSR2', () => {
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  writeFileSync(`${path}.new`, String(heapUsed + arrayBuffers))
  renameSync(`${path}.new`, path)
})

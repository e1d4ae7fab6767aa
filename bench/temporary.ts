import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

let folder: string | undefined
let fileCount = 0

/** Returns a path in a folder that is removed when the process exits. */
export function temporaryPath(name: string): string {
  folder ??= mkdtempSync(join(tmpdir(), 'admin-keys-bench-'))
  fileCount += 1
  return join(folder, `${fileCount}-${name}`)
}

export function createTemporaryFile(name: string, text: string): string {
  const path = temporaryPath(name)
  writeFileSync(path, text)
  return path
}

/** Writes a seed with keys `key_bench_1` to `key_bench_<keys>`; returns its path. */
export const writeSeed = (keys: number): string =>
  createTemporaryFile(
    'seed.json',
    JSON.stringify({ keys: keys === 0 ? [] : [{ generate: keys, id: 'key_bench_{n}', name: 'load-{n}' }] }),
  )

export function removeTemporaryFiles(): void {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  folder = undefined
}

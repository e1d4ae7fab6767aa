import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

let folder: string | undefined
let files = 0

/** A path below a folder that is removed when the bench ends, however it ends. */
export function temporaryPath(name: string): string {
  folder ??= mkdtempSync(join(tmpdir(), 'admin-keys-bench-'))
  files += 1
  return join(folder, `${files}-${name}`)
}

export function temporaryFile(name: string, text: string): string {
  const path = temporaryPath(name)
  writeFileSync(path, text)
  return path
}

/** A seed of so many keys, `key_bench_1` and on. */
export const seedOf = (keys: number): string =>
  temporaryFile(
    'seed.json',
    JSON.stringify({ keys: keys === 0 ? [] : [{ generate: keys, id: 'key_bench_{n}', name: 'load-{n}' }] }),
  )

export function removeTemporary(): void {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  folder = undefined
}

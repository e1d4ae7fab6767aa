import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** Creates a folder that is removed after the test. Returns its path. */
export function createTemporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'admin-keys-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Creates a file that is removed after the test. Returns its path. */
export function createTemporaryFile(name: string, text: string): string {
  const path = join(createTemporaryFolder(), name)
  writeFileSync(path, text)
  return path
}

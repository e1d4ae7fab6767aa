import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Before all tests: a cache of compiled code for the programs that they start, which is gone afterwards. */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'admin-keys-cache-'))
  process.env['NODE_COMPILE_CACHE'] = folder
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}

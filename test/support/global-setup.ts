import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Before all tests: the built program, and a cache of its compiled code for those that they start, gone afterwards. */
export default function setUp(): () => void {
  execFileSync(process.execPath, ['scripts/build.ts'], { stdio: 'inherit' })
  const folder = mkdtempSync(join(tmpdir(), 'admin-keys-cache-'))
  // Not for our own processes: they would write it again when it is gone.
  process.env['ADMIN_KEYS_COMPILE_CACHE'] = folder
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}

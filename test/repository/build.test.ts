import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { createTemporaryFolder } from '../support/files.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const parts = ['package.json', 'bin', 'fixtures', 'migrations', 'scripts', 'src']

/** A checkout at another place, which shares what is installed. */
function checkoutAt(path: string): string {
  mkdirSync(path, { recursive: true })
  for (const part of parts) cpSync(join(root, part), join(path, part), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(path, 'node_modules'))
  return path
}

test.each(['with blank', 'Größe', '日本', 'a#b?c%20d'])('a checkout may be called %s', (name) => {
  const cwd = checkoutAt(join(createTemporaryFolder(), name))
  const run = (...args: string[]) => execFileSync(process.execPath, args, { cwd, encoding: 'utf8', stdio: 'pipe' })
  run('scripts/build.ts')
  expect(run('bin/admin-keys-emulator.cjs', '--version')).toMatch(/^\d+\.\d+\.\d+\n$/)
  expect(run('bin/admin-keys-emulator.cjs', 'env')).toContain('OPENAI_BASE_URL')
})

test('an error that nobody caught is shown by its name, and by no more of the program than a line', () => {
  const script = "require('./lib/index.cjs').connect('http://127.0.0.1:1')"
  const { stderr } = spawnSync(process.execPath, ['-e', script], { cwd: root, encoding: 'utf8' })
  expect(stderr).toMatch(/^EmulatorError: cannot connect to http:\/\/127\.0\.0\.1:1: /m)
  expect(stderr.length).toBeLessThan(4000)
})

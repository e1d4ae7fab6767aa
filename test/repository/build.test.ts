import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { createTemporaryFolder } from '../support/files.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const checkoutFiles = ['package.json', 'bin', 'fixtures', 'migrations', 'scripts', 'src']

/** Creates a checkout at `path` that shares the installed packages, and returns its path. */
function createCheckout(path: string): string {
  mkdirSync(path, { recursive: true })
  for (const file of checkoutFiles) cpSync(join(root, file), join(path, file), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(path, 'node_modules'))
  return path
}

test.each(['with blank', 'Größe', '日本', 'a#b?c%20d'])(
  'the build and the program work in a folder called %s',
  (name) => {
    const cwd = createCheckout(join(createTemporaryFolder(), name))
    const run = (...args: string[]) => execFileSync(process.execPath, args, { cwd, encoding: 'utf8', stdio: 'pipe' })
    run('scripts/build.ts')
    expect(run('bin/admin-keys-emulator.cjs', '--version')).toMatch(/^\d+\.\d+\.\d+\n$/)
    expect(run('bin/admin-keys-emulator.cjs', 'env')).toContain('OPENAI_BASE_URL')
  },
)

test('an uncaught error is printed with its name and without the bundled source', () => {
  const script = "require('./lib/index.cjs').connect('http://127.0.0.1:1')"
  const { stderr } = spawnSync(process.execPath, ['-e', script], { cwd: root, encoding: 'utf8' })
  expect(stderr).toMatch(/^EmulatorError: cannot connect to http:\/\/127\.0\.0\.1:1: /m)
  expect(stderr.length).toBeLessThan(4000)
})

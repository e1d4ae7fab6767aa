// Installs what the lock file names, unless that is already there. Plain JavaScript for any Node that npm runs on.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = new URL('..', import.meta.url)

function packagesIn(lockFile) {
  try {
    return JSON.parse(readFileSync(new URL(lockFile, root), 'utf8')).packages
  } catch {
    return {}
  }
}

// npm writes the second file at the end of an install: it is missing after one that was broken off.
function isInstalled() {
  const wanted = packagesIn('package-lock.json')
  const installed = packagesIn('node_modules/.package-lock.json')
  return Object.entries(wanted).every(
    ([path, { version, integrity, optional }]) =>
      path === '' || optional || (installed[path]?.version === version && installed[path]?.integrity === integrity),
  )
}

function install() {
  console.error('setup: installing what package-lock.json names (npm ci)')
  const { status } = spawnSync('npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: fileURLToPath(root),
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  return status ?? 1
}

// Beside node_modules, which npm ci removes. A folder, for making one is a single step that only one of many can do.
const lock = new URL('.setup-lock', root)
// In milliseconds: longer than an install takes, for one that was killed leaves its lock.
const patience = 5 * 60_000

function takeLock() {
  try {
    mkdirSync(lock)
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    const age = Date.now() - statSync(lock, { throwIfNoEntry: false })?.mtimeMs
    if (age > patience) utimesSync(lock, new Date(), new Date())
    return age > patience
  }
}

const pause = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)

let status = 0
while (!isInstalled() && status === 0) {
  if (!takeLock()) {
    pause()
    continue
  }
  const release = () => rmSync(lock, { recursive: true, force: true })
  process.on('exit', release)
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1))
  status = isInstalled() ? 0 : install()
  release()
  if (status === 0) break
}
process.exitCode = status

// Installs the packages in the lock file unless they are installed. Plain JavaScript, for any Node that npm runs on.
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

// npm writes the second file at the end of an install, so it is missing after an aborted one.
function isInstalled() {
  const required = packagesIn('package-lock.json')
  const installed = packagesIn('node_modules/.package-lock.json')
  return Object.entries(required).every(
    ([path, { version, integrity, optional }]) =>
      path === '' || optional || (installed[path]?.version === version && installed[path]?.integrity === integrity),
  )
}

function install() {
  console.error('setup: installing the packages in package-lock.json (npm ci)')
  const { status } = spawnSync('npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: fileURLToPath(root),
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  return status ?? 1
}

// Outside node_modules, which npm ci removes. A folder, because mkdir is atomic: only one process can create it.
const lock = new URL('.setup-lock', root)
// Longer than an install takes; a killed install leaves its lock behind.
const staleLockMs = 5 * 60_000

function acquireLock() {
  try {
    mkdirSync(lock)
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    const age = Date.now() - statSync(lock, { throwIfNoEntry: false })?.mtimeMs
    if (age > staleLockMs) utimesSync(lock, new Date(), new Date())
    return age > staleLockMs
  }
}

const sleepBriefly = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)

let status = 0
while (!isInstalled() && status === 0) {
  if (!acquireLock()) {
    sleepBriefly()
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

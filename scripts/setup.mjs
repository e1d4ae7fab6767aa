// Installs what the lock file names, unless that is already there. Plain JavaScript for any Node that npm runs on.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const root = new URL('..', import.meta.url)

function packagesIn(lockFile) {
  try {
    return JSON.parse(readFileSync(new URL(lockFile, root), 'utf8')).packages
  } catch {
    return {}
  }
}

// npm writes the second file at the end of an install: it is missing after one that was broken off.
const wanted = packagesIn('package-lock.json')
const installed = packagesIn('node_modules/.package-lock.json')

const isInstalled = ([path, { version, integrity, optional }]) =>
  path === '' || optional || (installed[path]?.version === version && installed[path]?.integrity === integrity)

if (!Object.entries(wanted).every(isInstalled)) {
  console.error('setup: installing what package-lock.json names (npm ci)')
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  process.exit(status ?? 1)
}

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** Commands the bench calls, with their Debian packages. */
const packages = { wrk: 'wrk', nginx: 'nginx-light' }

const isInstalled = (command: string) => spawnSync(command, ['-v']).error === undefined

/** Installs the command if it is missing and this is root on Debian; otherwise prints how to install it and exits. */
export function requireTool(command: keyof typeof packages): void {
  if (!isInstalled(command) && process.getuid?.() === 0 && existsSync('/etc/debian_version')) install(packages[command])
  if (isInstalled(command)) return
  console.error(`bench: ${command} is not installed; install it first (Debian: apt-get install ${packages[command]})`)
  process.exit(2)
}

function install(name: string): void {
  console.error(`bench: installing ${name} (apt-get)`)
  const options = {
    stdio: ['ignore', 2, 2] as ['ignore', 2, 2],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  }
  spawnSync('apt-get', ['update', '-qq'], options)
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', name], options)
}

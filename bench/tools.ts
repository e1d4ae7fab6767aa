import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** Commands that the bench calls, and the packages of Debian that they are in. */
const packages = { wrk: 'wrk', nginx: 'nginx-light' }

const isThere = (command: string) => spawnSync(command, ['-v']).error === undefined

/** Installs what is missing where that is ours to do, and ends the process otherwise, saying how. */
export function requireTool(command: keyof typeof packages): void {
  if (!isThere(command) && process.getuid?.() === 0 && existsSync('/etc/debian_version')) install(packages[command])
  if (isThere(command)) return
  console.error(`bench: ${command} is missing; install it first (Debian: apt-get install ${packages[command]})`)
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

import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

// In a folder that npm, Biome and the compiler ignore.
const folder = at('../../node_modules/.schemathesis')
const requirements = at('requirements.txt')
const installed = `${folder}/requirements.txt`

/** Installs the schemathesis version in requirements.txt if needed; returns the path of its command. */
export function installSchemathesis(): string {
  const required = readFileSync(requirements, 'utf8')
  if (!existsSync(installed) || readFileSync(installed, 'utf8') !== required) {
    console.log('test:schema: installing schemathesis (pip)')
    rmSync(folder, { recursive: true, force: true })
    run('python3', '-m', 'venv', folder)
    run(`${folder}/bin/pip`, 'install', '--quiet', '--no-deps', '--disable-pip-version-check', '-r', requirements)
    writeFileSync(installed, required)
  }
  return `${folder}/bin/schemathesis`
}

function run(command: string, ...args: string[]): void {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  if (status !== 0) {
    throw new Error(
      `${command} ${args[0]} failed${error === undefined ? '' : ` (${error.message})`}; Python 3 with venv is required.`,
    )
  }
}

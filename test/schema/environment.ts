import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

// Where npm, Biome and the compiler leave it alone.
const folder = at('../../node_modules/.schemathesis')
const requirements = at('requirements.txt')
const installed = `${folder}/requirements.txt`

/** The command `schemathesis`, of the version that requirements.txt names, installed unless it is there. */
export function schemathesis(): string {
  const wanted = readFileSync(requirements, 'utf8')
  if (!existsSync(installed) || readFileSync(installed, 'utf8') !== wanted) {
    console.log('test:schema: installing schemathesis (pip)')
    rmSync(folder, { recursive: true, force: true })
    run('python3', '-m', 'venv', folder)
    run(`${folder}/bin/pip`, 'install', '--quiet', '--no-deps', '--disable-pip-version-check', '-r', requirements)
    writeFileSync(installed, wanted)
  }
  return `${folder}/bin/schemathesis`
}

function run(command: string, ...args: string[]): void {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] })
  if (status !== 0) {
    throw new Error(
      `${command} ${args[0]} failed${error === undefined ? '' : ` (${error.message})`}: Python 3 and its venv are needed.`,
    )
  }
}

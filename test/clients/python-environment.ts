import { readFileSync, writeFileSync } from 'node:fs'
import { type CommandResult, run } from './command.ts'
import { at, readIfExists } from './files.ts'

/** A command that succeeds if Python is new enough and has what a virtual environment needs. */
export const pythonToolchain: [string, ...string[]] = [
  'python3',
  '-c',
  'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))',
]

/** Installs files of requirements in a virtual environment in `folder` if needed; returns the command that failed, if any. */
export async function installPython(folder: string, requirements: string[]): Promise<CommandResult | undefined> {
  const environment = at(`${folder}/.venv`)
  // Written after a complete install.
  const installed = `${environment}/requirements.txt`
  const required = requirements.map((file) => readFileSync(at(file), 'utf8')).join('')
  if (readIfExists(installed) === required) return undefined
  const created = await run('python3', ['-m', 'venv', '--clear', environment])
  if (created.code !== 0) return created
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps']
  const files = requirements.flatMap((file) => ['--requirement', at(file)])
  const packages = await run(`${environment}/bin/python`, [...pip, ...files])
  if (packages.code !== 0) return packages
  writeFileSync(installed, required)
  return undefined
}

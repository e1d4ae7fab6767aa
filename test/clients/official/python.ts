import { existsSync, globSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../command.ts'
import { at, readIfExists } from '../files.ts'
import { readJUnit } from '../outcomes.ts'
import { installPython, pythonToolchain } from '../python-environment.ts'
import { clientVersions } from '../versions.ts'
import type { OfficialSuite } from './suite.ts'

const folder = at('../../dist/clients')
const python = at('official/.venv/bin/python')

async function runOrThrow(file: string, args: string[]): Promise<void> {
  const { code, output } = await run(file, args)
  if (code !== 0) throw new Error(`${file} ${args.join(' ')} failed:\n${output}`)
}

/** Unpacks the source distribution, which has the tests, unlike the installed package. */
async function fetchSource(): Promise<string> {
  const source = join(folder, `openai-python-${clientVersions.python}`)
  if (existsSync(source)) return source
  mkdirSync(folder, { recursive: true })
  const download = mkdtempSync(`${source}-`)
  try {
    const pip = [
      '-m',
      'pip',
      'download',
      '--quiet',
      '--disable-pip-version-check',
      '--no-deps',
      '--no-binary',
      'openai',
    ]
    await runOrThrow(python, [...pip, '--dest', download, `openai==${clientVersions.python}`])
    const unpacked = join(download, `openai-${clientVersions.python}`)
    await runOrThrow('tar', ['--extract', '--gzip', '--file', `${unpacked}.tar.gz`, '--directory', download])
    renameSync(unpacked, source)
  } finally {
    rmSync(download, { recursive: true, force: true })
  }
  return source
}

export const pythonSuite: OfficialSuite = {
  language: 'python',
  toolchain: [pythonToolchain],
  async fetch() {
    const failed = await installPython('official', ['python/requirements.txt', 'official/requirements.txt'])
    if (failed !== undefined) throw new Error(failed.output)
    return fetchSource()
  },
  files: (source) =>
    globSync(['tests/api_resources/admin/organization/**/test_*.py', 'tests/api_resources/test_models.py'], {
      cwd: source,
    }),
  resourceIn: (file) =>
    file.replace(/^tests\/api_resources\/(admin\/organization\/)?/, '').replace(/test_(\w+)\.py$/, '$1'),
  async run(source, files, env) {
    const report = join(folder, 'python-official.xml')
    rmSync(report, { force: true })
    const pytest = ['-m', 'pytest', '-p', 'no:cacheprovider', `--junitxml=${report}`, '-k', 'not models or list']
    const { code, output } = await run(python, [...pytest, ...files], { cwd: source, env })
    return { outcomes: readJUnit(readIfExists(report)), code, output }
  },
}

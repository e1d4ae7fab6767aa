import { execFile } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { onTestFinished } from 'vitest'
import { createTemporaryFolder } from './files.ts'
import { programPath, serve } from './program.ts'

const run = promisify(execFile)

/** Runs a program that may import the package by its name. Resolves to its output; rejects if it fails. */
export async function runTypescriptSnippet(text: string): Promise<string> {
  // Inside the package, so that an import of its name resolves.
  const name = `docs-${process.pid}-${Math.random().toString(36).slice(2)}`
  const folder = fileURLToPath(new URL(`../../dist/${name}`, import.meta.url))
  mkdirSync(folder, { recursive: true })
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'snippet.ts'), text)
  return (await run(process.execPath, ['snippet.ts'], { cwd: folder })).stdout
}

/**
 * Runs a bash script that stops at the first failing command, in an empty folder, after the commands of `setup` that do not
 * start the program. `localhost:4010` and `admin-keys-emulator` without options address its own emulator. Resolves to its
 * output; rejects if it fails.
 */
export async function runShellSnippet(text: string, setup = ''): Promise<string> {
  const { url } = await serve()
  const cwd = createTemporaryFolder()
  const bin = createTemporaryFolder()
  symlinkSync(programPath, join(bin, 'admin-keys-emulator'))
  // The emulator already runs, on another port.
  const script = (setup.replaceAll(/^admin-keys-emulator .*\n/gm, '') + text).replaceAll(
    'localhost:4010',
    new URL(url).host,
  )
  const env = { ...process.env, PATH: `${bin}:${process.env['PATH']}`, EMULATOR_URL: url }
  return (await run('bash', ['-euo', 'pipefail', '-c', script], { cwd, env })).stdout
}

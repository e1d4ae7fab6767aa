import { execFile } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { onTestFinished } from 'vitest'
import { createTemporaryFolder } from './files.ts'
import { programPath, serve } from './program.ts'

const run = promisify(execFile)

/** Runs TypeScript that imports the package by its name, and resolves to its standard output. */
export async function runTypeScript(text: string): Promise<string> {
  // Inside the package, so that an import of its name resolves.
  const folder = fileURLToPath(
    new URL(`../../dist/docs-${process.pid}-${Math.random().toString(36).slice(2)}`, import.meta.url),
  )
  mkdirSync(folder, { recursive: true })
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'scenario.ts'), text)
  const { stdout } = await run(process.execPath, ['scenario.ts'], { cwd: folder })
  return stdout
}

/**
 * Runs a shell script with a new emulator in place of the one at localhost:4010 that `setup` starts, and resolves to its
 * standard output.
 */
export async function runShell(setup: string | undefined, text: string): Promise<string> {
  const { url } = await serve()
  const { host } = new URL(url)
  const cwd = createTemporaryFolder()
  symlinkSync(programPath, join(cwd, 'admin-keys-emulator'))
  const script = `${setup?.replaceAll(/^admin-keys-emulator .*\n/gm, '') ?? ''}${text}`.replaceAll(
    'localhost:4010',
    host,
  )
  const env = { ...process.env, PATH: `${cwd}:${process.env['PATH']}`, EMULATOR_URL: url }
  const { stdout } = await run('bash', ['-euc', script], { cwd, env })
  return stdout
}

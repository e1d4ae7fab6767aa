import { symlinkSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { createTemporaryFolder } from './files.ts'
import { type Program, programPath, startProcess } from './program.ts'

/** Starts a line of shell in an empty folder, where `admin-keys-emulator` is the program, at `$PROGRAM`. It is killed after the test. */
export function startShell(line: string, env: Record<string, string> = {}): Program {
  const cwd = createTemporaryFolder()
  symlinkSync(programPath, join(cwd, 'admin-keys-emulator'))
  const path = [cwd, process.execPath.replace(/\/[^/]*$/, ''), process.env['PATH']].join(delimiter)
  return startProcess('bash', ['-euc', line], { PATH: path, PROGRAM: programPath, ...env }, { cwd })
}

import { spawnSync } from 'node:child_process'

/** Returns the findings of a linter; empty if there are none. */
export function lint(program: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8' })
  if (error) throw error
  return status === 0 ? '' : `exit ${status}\n${stdout}${stderr}`
}

import { run } from './cli/program.ts'
import { installSignalHandlers } from './cli/signals.ts'

/** The process: what the command admin-keys-emulator runs. */
export async function main(): Promise<void> {
  installSignalHandlers()
  // Whoever reads what we print may go away; that is no reason to end.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  const exitCode = await run(process.argv.slice(2), process.env)
  if (exitCode !== undefined) process.exitCode = exitCode
}

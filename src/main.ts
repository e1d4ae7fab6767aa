import { run } from './cli/program.ts'
import { installSignalHandlers } from './cli/signals.ts'

/** Runs the command admin-keys-emulator in this process. */
export async function main(): Promise<void> {
  installSignalHandlers()
  // The reader of our output may go away; the server keeps running.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  const exitCode = await run(process.argv.slice(2), process.env)
  if (exitCode !== undefined) process.exitCode = exitCode
}

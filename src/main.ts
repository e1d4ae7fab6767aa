import { run } from './cli/program.ts'
import { installSignalHandlers } from './cli/signals.ts'

/** Runs the command admin-keys-emulator in this process. */
export async function main(): Promise<void> {
  installSignalHandlers()
  // Keep running when the reader of stdout or stderr closes the pipe.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  const exitCode = await run(process.argv.slice(2), process.env)
  if (exitCode !== undefined) process.exitCode = exitCode
}

import { run } from './cli/program.ts'
import { installSignalHandlers } from './cli/signals.ts'

/** Runs the command admin-keys-emulator in this process. Calls `keepCompiledCode` when a server has started. */
export async function main(keepCompiledCode: () => void): Promise<void> {
  installSignalHandlers()
  // Keep running when the reader of stdout or stderr closes the pipe.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  const exitCode = await run(process.argv.slice(2), process.env)
  if (exitCode !== undefined) process.exitCode = exitCode
  // It has no effect after other commands, because only a server keeps the process running.
  else keepCompiledCode()
}

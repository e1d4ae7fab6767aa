import { run } from './cli/program.ts'
import { installSignalHandlers } from './cli/signals.ts'

// Late enough for the code that serves requests, but not at the end, because many servers are killed.
const compiledCodeDelayMs = 1000

/** Runs the command admin-keys-emulator in this process. A server calls `keepCompiledCode` some time after its start. */
export async function main(keepCompiledCode: () => void): Promise<void> {
  installSignalHandlers()
  // Keep running when the reader of stdout or stderr closes the pipe.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  const exitCode = await run(process.argv.slice(2), process.env)
  if (exitCode !== undefined) process.exitCode = exitCode
  // Only a server keeps the process running.
  else setTimeout(keepCompiledCode, compiledCodeDelayMs).unref()
}

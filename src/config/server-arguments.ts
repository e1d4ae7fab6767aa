import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { addOptions } from './add-options.ts'
import { locationOptions, startOptions } from './options.ts'

/** Returns the arguments of the server if it is process 1, as in a container; otherwise an empty list. */
function readArguments(): string[] {
  try {
    const words = readFileSync('/proc/1/cmdline', 'utf8').split('\0').slice(0, -1)
    // The engine may start an init process first (docker run --init).
    const program = words.findIndex((word) => /\badmin-keys-emulator(\.cjs)?$/.test(word))
    return program < 0 ? [] : words.slice(program + 1)
  } catch {
    // Not on Linux.
    return []
  }
}

/** Gives a command the port and host of the server in its container. The command's own flags take precedence. */
export function useServerArguments(command: Command): void {
  const server = addOptions(new Command().allowUnknownOption().allowExcessArguments(), startOptions, {})
  server.exitOverride().parse(readArguments(), { from: 'user' })
  for (const name of locationOptions) {
    const isGiven = server.getOptionValueSource(name) === 'cli' && command.getOptionValueSource(name) !== 'cli'
    if (isGiven) command.setOptionValueWithSource(name, server.getOptionValue(name), 'cli')
  }
}

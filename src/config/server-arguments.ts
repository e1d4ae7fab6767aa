import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { addOptions } from './add-options.ts'
import { locationOptions, startOptions } from './options.ts'

/** Returns the arguments of the server that is process 1, as in a container; none if process 1 is another program. */
function readArguments(): string[] {
  try {
    const words = readFileSync('/proc/1/cmdline', 'utf8').split('\0').slice(0, -1)
    // After an init process of the engine (docker run --init), if there is one.
    const program = words.findIndex((word) => /\badmin-keys-emulator(\.cjs)?$/.test(word))
    return program < 0 ? [] : words.slice(program + 1)
  } catch {
    // Not on Linux.
    return []
  }
}

/** Makes a command find the server of its container where the server's flags say; its own flags win. */
export function useServerArguments(command: Command): void {
  const server = addOptions(new Command().allowUnknownOption().allowExcessArguments(), startOptions, {})
  server.exitOverride().parse(readArguments(), { from: 'user' })
  for (const name of locationOptions) {
    const isGiven = server.getOptionValueSource(name) === 'cli' && command.getOptionValueSource(name) !== 'cli'
    if (isGiven) command.setOptionValueWithSource(name, server.getOptionValue(name), 'cli')
  }
}

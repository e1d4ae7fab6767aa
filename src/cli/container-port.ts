import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { addOptions } from '../config/add-options.ts'

/**
 * Returns the port that the arguments of a server set which is process 1, as in a container: a health check does not see them
 * otherwise. Undefined if they set none, or process 1 is another program.
 */
export function portOfProcessOne(): number | undefined {
  const args = readArguments()
  const start = args.findIndex((arg) => /\badmin-keys-emulator(\.cjs)?$/.test(arg)) + 1
  if (start === 0) return undefined
  const command = addOptions(new Command().exitOverride().allowUnknownOption().allowExcessArguments(), ['port'], {})
  command.parse(args.slice(start), { from: 'user' })
  return command.getOptionValueSource('port') === 'cli' ? command.opts()['port'] : undefined
}

/** Returns the command line of process 1; empty where it cannot be read. */
function readArguments(): string[] {
  try {
    return readFileSync('/proc/1/cmdline', 'utf8').split('\0')
  } catch {
    return []
  }
}

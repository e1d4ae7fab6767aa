import type { Command } from 'commander'
import { locationOptions, type OptionName } from '../config/options.ts'

/** The content of a command's help and of its section in docs/cli-and-configuration.md. */
export interface CommandDetails {
  description: string
  options: readonly OptionName[]
  /** Arguments of the program. */
  examples: readonly string[]
  /** Runs if the arguments name no command. */
  isDefault?: true
}

/** Adds a command. `usage` is its name and its arguments, such as `advance <duration>`. */
export type AddCommand = (usage: string, details: CommandDetails) => Command

/** The options of a command that reads or changes the whole emulator. */
export const emulatorOptions = [...locationOptions, 'controlToken'] as const satisfies OptionName[]

/** The options of a command that reads or changes one sandbox. */
export const sandboxOptions = ['sandbox', ...emulatorOptions] as const satisfies OptionName[]

const examples = new WeakMap<Command, readonly string[]>()

export const examplesOf = (command: Command): readonly string[] => examples.get(command) ?? []

/** Adds examples to the help of a command. */
export function addExamples(command: Command, lines: readonly string[]): Command {
  examples.set(command, lines)
  const text = lines.map((line) => `  admin-keys-emulator ${line}`.trimEnd()).join('\n')
  return command.addHelpText('after', `\n${lines.length === 1 ? 'Example' : 'Examples'}:\n${text}`)
}

// Generates docs/cli-and-configuration.md from the options and the help of the commands. `npm run openapi` updates it.
import type { Argument, Command, Option } from 'commander'
import { examplesOf } from '../src/cli/command.ts'
import { type OptionSpec, optionSpecs } from '../src/config/option-specs.ts'
import type { OptionName } from '../src/config/options.ts'
import { commandNotes, introduction, optionIntroduction, optionNotes, outputAndExitCodes } from './cli-docs-text.ts'

/** Returns the page about a program with all its commands. */
export function cliDocs(program: Command): string {
  const commands = leafCommands(program)
  return [
    introduction,
    '## Commands',
    table(
      ['command', 'effect'],
      commands.map((command) => [`\`${usageOf(command)}\``, command.description()]),
    ),
    outputAndExitCodes,
    '## Options',
    optionIntroduction,
    table(
      ['option', 'variable', 'default', 'commands', 'meaning'],
      Object.entries<OptionSpec>(optionSpecs).map(([name, spec]) => optionRow(name as OptionName, spec, commands)),
    ),
    ...program.commands.flatMap(sectionOf),
  ]
    .map((block) => `${block.trim()}\n`)
    .join('\n')
}

/** Returns the commands without subcommands in a command, or the command itself. */
const leafCommands = (command: Command): Command[] =>
  command.commands.length === 0 ? [command] : command.commands.flatMap(leafCommands)

/** Returns a command as it is typed, without the name of the program. */
const pathOf = (command: Command): string =>
  command.parent?.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name()

const usageOf = (command: Command): string =>
  [pathOf(command), ...command.registeredArguments.map(argumentText)].join(' ')

function argumentText(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`
  return argument.required ? `<${name}>` : `[${name}]`
}

function optionRow(name: OptionName, spec: OptionSpec, commands: readonly Command[]): string[] {
  const { flags, env, description, defaultText } = spec
  const [long] = /--[a-z-]+/.exec(flags) ?? []
  const withOption = commands.filter(({ options }) => options.some((option) => option.long === long))
  const byDefault = spec.default === false ? 'off' : `\`${spec.default}\``
  const note = optionNotes[name]
  const meaning = note === undefined ? description : `${description}. ${note}`
  return [`\`${flags}\``, `\`${env}\``, defaultText ?? byDefault, namesOf(withOption, commands), meaning]
}

/** Names commands in a few words: a group for all its commands, and those that are missing if there are few. */
function namesOf(commands: readonly Command[], all: readonly Command[]): string {
  const missing = all.filter((command) => !commands.includes(command))
  if (missing.length < 3) return `all but ${missing.map(pathOf).join(', ')}`
  const names = commands.map((command) => {
    const { parent } = command
    const isWholeGroup = parent?.parent && leafCommands(parent).every((each) => commands.includes(each))
    return isWholeGroup ? pathOf(parent) : pathOf(command)
  })
  return [...new Set(names)].join(', ')
}

/** Returns the part about a command, or about the commands of a group. */
function sectionOf(command: Command): string[] {
  const commands = leafCommands(command)
  const examples = commands.flatMap((each) => examplesOf(each)).map((example) => `admin-keys-emulator ${example}`)
  return [
    `## ${command.name()}`,
    `${command.description()}.`,
    commandNotes[command.name()] ?? '',
    ['<!-- tested by test/cli/help.test.ts -->', '```sh', ...examples, '```'].join('\n'),
    ...commands.flatMap(flagTable),
  ].filter((block) => block !== '')
}

/** The flags that are no options: they have no environment variable. */
function flagTable(command: Command): string[] {
  const known = Object.values<OptionSpec>(optionSpecs).map(({ flags }) => flags)
  const flags = command.options.filter((option) => !known.includes(option.flags))
  if (flags.length === 0) return []
  return [`Flags of \`${pathOf(command)}\`:`, table(['flag', 'meaning'], flags.map(flagRow))]
}

const flagRow = ({ flags, description }: Option): string[] => [`\`${flags.replace(/^--\w+, /, '')}\``, description]

function table(titles: readonly string[], rows: readonly string[][]): string {
  const toLine = (cells: readonly string[]) => `| ${cells.map(escapeCell).join(' | ')} |`
  return [toLine(titles), `|${'---|'.repeat(titles.length)}`, ...rows.map(toLine)].join('\n')
}

/** Escapes what Markdown would not print as it is, but not in code. */
const escapeCell = (cell: string): string =>
  cell.replaceAll('|', '\\|').replace(/`[^`]*`|[*<]/g, (match) => (match.length === 1 ? `\\${match}` : match))

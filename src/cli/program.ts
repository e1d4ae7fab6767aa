import { Command, CommanderError } from 'commander'
import { version } from '../common/package-info.ts'
import { UserError } from '../common/user-error.ts'
import { addOptions, locationOptions, type OptionName, startOptions } from '../config/options.ts'
import { onStop } from './signals.ts'

/** The commands. Each loads its code when it is called. */
function createProgram(environment: NodeJS.ProcessEnv): Command {
  const program = new Command('admin-keys-emulator')
    .description('A local server that behaves like the Admin API keys endpoints of OpenAI.')
    .version(version)
    .exitOverride()
    // Defaults are said in the description, beside the variable.
    .configureHelp({ optionDescription: ({ description }) => description })
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'admin-keys-emulator: ')) })
  const command = (name: string, description: string, options: readonly OptionName[], isDefault = false) =>
    addOptions(program.command(name, { isDefault }).description(description), options, environment)

  const start = command('start', 'Serve, until SIGTERM or SIGINT (the default command)', startOptions, true)
  // What is no command reaches the default one, as an argument that it does not have.
  start.allowExcessArguments().action(async (options, { args: [word] }: Command) => {
    if (word !== undefined) start.error(`error: ${unknownCommandMessage(word, program.commands)}`)
    // Before it serves there is nothing to complete.
    onStop(() => process.exit(0))
    await (await import('./commands/start.ts')).start(Object.freeze(options))
  })
  program.addHelpText('after', () => `\nWithout a command it starts:\n\n${start.helpInformation()}`)
  command('wait', 'Wait until the emulator is ready; exit 1 if it is not in time', [
    ...locationOptions,
    'timeout',
  ]).action(async (options) => (await import('./commands/wait.ts')).wait(options))
  command('healthcheck', 'Ask once whether the emulator lives; exit 1 if not', locationOptions).action(
    async (options) => (await import('./commands/wait.ts')).healthcheck(options),
  )
  command('env', 'Print the variables that point official clients at the emulator', [
    ...locationOptions,
    'adminKey',
    'sandbox',
    'format',
  ]).action(async (options) => (await import('./commands/env.ts')).printEnv(options))
  const controlOptions = [...locationOptions, 'sandbox', 'controlToken'] as const
  command('reset', 'Put a sandbox back to what it began as', [...controlOptions, 'what']).action(async (options) =>
    (await import('./commands/control.ts')).reset(options),
  )
  command('state', 'Print the state of a sandbox as a seed, or load one', [...controlOptions, 'load', 'add']).action(
    async (options) => (await import('./commands/control.ts')).state(options),
  )
  command('conform', 'Hold any server to what the emulator does; exit 1 on a difference', [
    ...(['baseUrl', 'adminKey', 'write', 'pace', 'timeout', 'json'] as const),
  ]).action(async (options) => (await import('./commands/conform.ts')).runConformCommand(options))
  return program
}

/** Runs the command that `args` name. Resolves to the exit code, `undefined` while a server goes on. */
export async function run(args: string[], environment: NodeJS.ProcessEnv): Promise<number | undefined> {
  try {
    await createProgram(environment).parseAsync(args, { from: 'user' })
    return undefined
  } catch (error) {
    // Commander has said what is wrong, or printed the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    process.stderr.write(`admin-keys-emulator: ${errorText(error)}\n`)
    return error instanceof UserError ? 2 : 1
  }
}

function unknownCommandMessage(word: string, commands: readonly Command[]): string {
  const names = commands.map((command) => command.name())
  return names.includes(word)
    ? `the command '${word}' must come before its options`
    : `unknown command '${word}'; there are ${names.join(', ')}`
}

/** One line for what the user can mend; all there is for what only we can. */
function errorText(error: unknown): string | undefined {
  const { message, stack, code, syscall } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') return `${message}; choose another port with --port`
  return error instanceof UserError || syscall !== undefined ? message : stack
}

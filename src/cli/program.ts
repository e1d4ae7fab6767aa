import { Command, CommanderError } from 'commander'
import { version } from '../common/package-info.ts'
import { UserError } from '../common/user-error.ts'
import { addOptions } from '../config/add-options.ts'
import { locationOptions, type OptionName, startOptions } from '../config/options.ts'
import { printError } from './output.ts'
import { onStop } from './signals.ts'

/** Returns the program with all commands. Each loads its code when it runs. */
function createProgram(environment: NodeJS.ProcessEnv): Command {
  const program = new Command('admin-keys-emulator')
    .description("A local test double for OpenAI's Admin API keys.")
    .version(version)
    .exitOverride()
    // The descriptions state defaults, next to the variable.
    .configureHelp({ optionDescription: ({ description }) => description })
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'admin-keys-emulator: ')) })
  const command = (name: string, description: string, options: readonly OptionName[], isDefault = false) =>
    addOptions(program.command(name, { isDefault }).description(description), options, environment)

  const start = command('start', 'Serve until SIGTERM or SIGINT (the default command)', startOptions, true)
  // An unknown command reaches the default one as an excess argument.
  start.allowExcessArguments().action(async (options, { args: [word] }: Command) => {
    if (word !== undefined) start.error(`error: ${unknownCommandMessage(word, program.commands)}`)
    // Before the server listens there is nothing to complete.
    onStop(() => process.exit(0))
    await (await import('./commands/start.ts')).start(Object.freeze(options))
  })
  program.addHelpText('after', () => `\nWithout a command, start runs:\n\n${start.helpInformation()}`)
  command('wait', 'Wait until the emulator is ready; exit 1 on timeout', [...locationOptions, 'timeout']).action(
    async (options) => (await import('./commands/wait.ts')).wait(options),
  )
  command('healthcheck', 'Run one health check; exit 1 if it fails', locationOptions)
    .hook('preAction', async (healthcheck) =>
      (await import('../config/server-arguments.ts')).useServerArguments(healthcheck),
    )
    .action(async (options) => (await import('./commands/wait.ts')).healthcheck(options))
  command('env', 'Print the variables that point official clients at the emulator', [
    ...locationOptions,
    'adminKey',
    'sandbox',
    'format',
  ]).action(async (options) => (await import('./commands/env.ts')).printEnv(options))
  const controlOptions = [...locationOptions, 'sandbox', 'controlToken'] as const
  command('reset', 'Return a sandbox to its initial state', [...controlOptions, 'only']).action(async (options) =>
    (await import('./commands/reset.ts')).reset(options),
  )
  command('state', 'Print the state of a sandbox as a seed, or load one', [...controlOptions, 'load', 'add']).action(
    async (options) => (await import('./commands/state.ts')).state(options),
  )
  command('conform', 'Run conformance probes against any server; exit 1 on a difference', [
    'baseUrl',
    'adminKey',
    'write',
    'pace',
    'timeout',
    'json',
  ]).action(async (options) => (await import('./commands/conform.ts')).runConformCommand(options))
  return program
}

/** Runs the command that `args` name. Resolves to the exit code, or undefined while a server is running. */
export async function run(args: string[], environment: NodeJS.ProcessEnv): Promise<number | undefined> {
  try {
    await createProgram(environment).parseAsync(args, { from: 'user' })
    return undefined
  } catch (error) {
    // Commander has already printed its message, or the help.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    printError(errorText(error))
    return error instanceof UserError ? 2 : 1
  }
}

function unknownCommandMessage(word: string, commands: readonly Command[]): string {
  const names = commands.map((command) => command.name())
  return names.includes(word)
    ? `the command '${word}' must come before its options`
    : `unknown command '${word}'. Available commands: ${names.join(', ')}`
}

/** Returns one line for a user's error, the stack for any other. */
function errorText(error: unknown): string {
  const { message, stack = message, code, syscall } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') return `${message}; choose another port with --port`
  return error instanceof UserError || syscall !== undefined ? message : stack
}

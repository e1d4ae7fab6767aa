import { Command, CommanderError } from 'commander'
import { version } from '../common/package-info.ts'
import { closestName } from '../common/suggest.ts'
import { UserError } from '../common/user-error.ts'
import { addOptions } from '../config/add-options.ts'
import { locationOptions, startOptions } from '../config/options.ts'
import { EmulatorError } from '../control-client/emulator-error.ts'
import { type AddCommand, addExamples, sandboxOptions } from './command.ts'
import { printError } from './output.ts'
import { onStop } from './signals.ts'

interface CommandGroup {
  description: string
  /** Resolves to a function that adds the commands of the group. */
  load: () => Promise<(add: AddCommand) => void>
}

// Loaded on use, because some take their flags from schemas.
const groups: Readonly<Record<string, CommandGroup>> = {
  sandboxes: {
    description: 'List, create and delete sandboxes',
    load: async () => (await import('./commands/sandboxes.ts')).addSandboxCommands,
  },
  keys: {
    description: 'List, get, create and delete keys of a sandbox',
    load: async () => (await import('./commands/keys.ts')).addKeyCommands,
  },
  'audit-logs': {
    description: 'List the audit events of a sandbox',
    load: async () => (await import('./commands/audit-logs.ts')).addAuditLogCommands,
  },
  snapshots: {
    description: 'Take, restore, list and delete snapshots of a sandbox',
    load: async () => (await import('./commands/snapshots.ts')).addSnapshotCommands,
  },
  clock: {
    description: 'Print and change the time of a sandbox',
    load: async () => (await import('./commands/clock.ts')).addClockCommands,
  },
  behavior: {
    description: 'Print and change the switches for unknown behavior of the real API',
    load: async () => (await import('./commands/behavior.ts')).addBehaviorCommands,
  },
  faults: {
    description: 'List, add and remove faults of a sandbox',
    load: async () => (await import('./commands/faults.ts')).addFaultCommands,
  },
  journal: {
    description: 'List, follow, verify and clear the requests that clients sent to a sandbox',
    load: async () => (await import('./commands/journal.ts')).addJournalCommands,
  },
}

/**
 * Returns the program with all ungrouped commands and the commands of the named groups. An ungrouped command loads its code when it
 * runs.
 */
export async function createProgram(
  environment: NodeJS.ProcessEnv,
  groupNames: readonly string[] = Object.keys(groups),
): Promise<Command> {
  const program = new Command('admin-keys-emulator')
    .description("A local test double for OpenAI's Admin API keys.")
    .version(version)
    .exitOverride()
    // The descriptions state defaults, next to the variable.
    .configureHelp({ optionDescription: ({ description }) => description })
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'admin-keys-emulator: ')) })
  const adderTo =
    (parent: Command): AddCommand =>
    (usage, { description, options, examples, isDefault = false }) => {
      const command = parent.command(usage, { isDefault }).description(description)
      addExamples(addOptions(command, options, environment), examples)
      // After the options, which read the environment in their own hook.
      return isDefault ? command : command.hook('preAction', () => trustCertificateOf(command.opts()))
    }
  addCommands(program, adderTo(program))
  for (const [name, { description, load }] of Object.entries(groups)) {
    const group = program.command(name).description(description)
    group.on('command:*', ([word]: string[]) => rejectUnknownCommand(group, word ?? ''))
    if (groupNames.includes(name)) (await load())(adderTo(group))
  }
  return program
}

function addCommands(program: Command, add: AddCommand): void {
  const start = add('start', {
    description: 'Serve until SIGTERM or SIGINT (the default command)',
    options: startOptions,
    examples: ['start --port 8080 --seed paging'],
    isDefault: true,
  })
  // An unknown command reaches the default one as an excess argument.
  start.allowExcessArguments().action(async (options, { args: [word] }: Command) => {
    if (word !== undefined) rejectUnknownCommand(program, word)
    // Before the server listens there is nothing to complete.
    onStop(() => process.exit(0))
    await (await import('./commands/start.ts')).start(Object.freeze(options))
  })
  program.addHelpText('after', () => `\nWithout a command, start runs:\n\n${start.helpInformation()}`)
  add('wait', {
    description: 'Wait until the emulator is ready; exit 1 on timeout',
    options: [...locationOptions, 'timeout'],
    examples: ['wait --timeout 60s'],
  }).action(async (options) => (await import('./commands/wait.ts')).wait(options))
  add('healthcheck', {
    description: 'Run one health check; exit 1 if it fails',
    options: locationOptions,
    examples: ['healthcheck'],
  }).action(async (_options, command: Command) => {
    ;(await import('../config/server-arguments.ts')).useServerArguments(command)
    await trustCertificateOf(command.opts())
    await (await import('./commands/wait.ts')).healthcheck(command.opts())
  })
  add('env', {
    description: 'Print the variables that point official clients at the emulator',
    options: [...locationOptions, 'adminKey', 'sandbox', 'format'],
    examples: ['env --sandbox my-test', 'env --format dotenv'],
  }).action(async (options) => (await import('./commands/env.ts')).printEnv(options))
  add('reset', {
    description: 'Return a sandbox to its initial state',
    options: [...sandboxOptions, 'json', 'only'],
    examples: ['reset --sandbox my-test', 'reset --only journal --only faults'],
  }).action(async (options) => (await import('./commands/reset.ts')).reset(options))
  add('state', {
    description: 'Print the state of a sandbox as a seed, or load one',
    options: [...sandboxOptions, 'json', 'load', 'add'],
    examples: ['state', 'state --load seed.yaml'],
  }).action(async (options) => (await import('./commands/state.ts')).state(options))
  add('conform', {
    description: 'Run conformance probes against any server; exit 1 on a difference',
    options: ['baseUrl', 'adminKey', 'write', 'pace', 'timeout', 'json'],
    examples: ['conform --base-url http://localhost:4010/v1'],
  }).action(async (options) => (await import('./commands/conform.ts')).runConformCommand(options))
}

/** Runs the command that `args` name. Resolves to the exit code, or undefined while a server is running. */
export async function run(args: string[], environment: NodeJS.ProcessEnv): Promise<number | undefined> {
  try {
    const [first = '', second = ''] = args
    const program = await createProgram(environment, [first === 'help' ? second : first])
    await program.parseAsync(moveNegativeDuration(args), { from: 'user' })
    return undefined
  } catch (error) {
    // Commander has already printed its message, or the help.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    const isMistake = isMistakeOfUser(error)
    // A seed can have several mistakes, each on its own line.
    for (const line of isMistake ? errorText(error).split('\n') : [errorText(error)]) printError(line)
    return isMistake ? 2 : 1
  }
}

/** Makes a command trust the certificate in `--tls-cert`. Rejects with UserError if the file contains no certificate. */
async function trustCertificateOf({ tlsCert }: { tlsCert?: string }): Promise<void> {
  if (tlsCert === undefined) return
  const [{ readTrustedCertificate }, { trustCertificate }] = await Promise.all([
    import('../config/tls-files.ts'),
    import('../control-client/agents.ts'),
  ])
  trustCertificate(readTrustedCertificate(tlsCert))
}

/** Moves an argument of a clock command such as `-1h` behind `--`, because Commander would parse it as a flag. */
function moveNegativeDuration(args: string[]): string[] {
  const index = args[0] === 'clock' ? args.findIndex((arg) => /^-[\d.]+[a-z]*$/.test(arg)) : -1
  return index < 0 || args.includes('--') ? args : [...args.toSpliced(index, 1), '--', ...args.slice(index, index + 1)]
}

function rejectUnknownCommand(parent: Command, word: string): never {
  const names = parent.commands.map((command) => command.name())
  if (names.includes(word)) parent.error(`error: the command '${word}' must come before its options`)
  const similar = closestName(word, names)
  const hint = similar === undefined ? '' : ` Did you mean '${similar}'?`
  parent.error(`error: unknown command '${word}'.${hint} Available commands: ${names.join(', ')}`)
}

/** Whether the error is in the arguments, or in a value that the emulator refused. */
const isMistakeOfUser = (error: unknown): boolean =>
  error instanceof UserError || (error instanceof EmulatorError && error.status === 400)

/** Returns one line for an error of the user, the emulator or the system, and the stack for any other error. */
function errorText(error: unknown): string {
  const { message, stack = message, code, syscall } = error as NodeJS.ErrnoException
  if (code === 'EADDRINUSE') return `${message}; choose another port with --port`
  return error instanceof UserError || error instanceof EmulatorError || syscall !== undefined ? message : stack
}

import { type Command, InvalidArgumentError, Option } from 'commander'
import { isSandboxName, sandboxNameRule } from './sandbox/address.ts'
import { UserError } from './user-error.ts'

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/** Where the emulator listens, or is to be found. */
export interface Endpoint {
  host: string
  port: number
}

/** What `start` is told. */
export interface Config extends Endpoint {
  /** `undefined` for none. */
  adminKey: string | undefined
  seed: string[]
  data: string | undefined
  maxSandboxes: number
  /** Real milliseconds; `undefined` for never. */
  sandboxTtl: number | undefined
  allowHost: string[]
  logLevel: LogLevel
  json: boolean
}

/** One option: its flag, its environment twin, and how its text is read. */
interface Declaration {
  flags: string
  env: string
  description: string
  default?: unknown
  defaultText?: string
  /** Throws InvalidArgumentError with the rule. */
  read?: (text: string) => unknown
  /** May be given more than once; in the environment separated by commas. */
  isList?: boolean
}

export const declarations = {
  host: {
    flags: '--host <address>',
    env: 'EMULATOR_HOST',
    description: 'address to listen on, or to ask; 0.0.0.0 for every one',
    default: '127.0.0.1',
    read: readHost,
  },
  port: {
    flags: '-p, --port <number>',
    env: 'EMULATOR_PORT',
    description: 'port to listen on, 0 for any free one; or to ask',
    default: 4010,
    read: (text) => readInteger(text, 0, 65_535),
  },
  adminKey: {
    flags: '--admin-key <value>',
    env: 'EMULATOR_ADMIN_KEY',
    description: 'value of the admin key that every sandbox begins with; "none" for no such key',
    default: 'sk-admin-local',
    read: readHeaderText,
  },
  seed: {
    flags: '--seed <name or file>',
    env: 'EMULATOR_SEED',
    description: 'how sandboxes begin: default, paging, lifecycle, sdk-conformance, or a YAML or JSON file; repeatable',
    default: [],
    defaultText: 'default',
    read: readNonEmpty,
    isList: true,
  },
  data: {
    flags: '--data <folder>',
    env: 'EMULATOR_DATA',
    description: 'keep sandboxes in SQLite files in this folder',
    defaultText: 'in memory',
    read: readNonEmpty,
  },
  maxSandboxes: {
    flags: '--max-sandboxes <number>',
    env: 'EMULATOR_MAX_SANDBOXES',
    description: 'how many sandboxes there may be, "default" included',
    default: 1000,
    read: (text) => readInteger(text, 1, 1_000_000),
  },
  sandboxTtl: {
    flags: '--sandbox-ttl <duration>',
    env: 'EMULATOR_SANDBOX_TTL',
    description: 'remove sandboxes that were idle for so long, such as 30m',
    defaultText: 'never',
    read: readDuration,
  },
  allowHost: {
    flags: '--allow-host <name>',
    env: 'EMULATOR_ALLOW_HOST',
    description: 'a DNS name under which the pages may be asked for; repeatable',
    default: [],
    read: readHost,
    defaultText: 'local names and addresses',
    isList: true,
  },
  logLevel: {
    flags: '--log-level <level>',
    env: 'EMULATOR_LOG_LEVEL',
    description: `least level that is logged to standard error: ${logLevels.join(', ')}`,
    default: 'info',
    read: (text) => readChoice(text, logLevels),
  },
  json: {
    flags: '--json',
    env: 'EMULATOR_JSON',
    description: 'say where we listen in one line of JSON, also on a terminal',
    default: false,
    read: readBoolean,
  },
  url: {
    flags: '--url <url>',
    env: 'EMULATOR_URL',
    description: 'where the emulator is, instead of --host and --port',
    defaultText: 'host and port',
    read: readUrl,
  },
  timeout: {
    flags: '--timeout <duration>',
    env: 'EMULATOR_TIMEOUT',
    description: 'how long to try, such as 30s',
    default: 30_000,
    defaultText: '30s',
    read: readDuration,
  },
  sandbox: {
    flags: '--sandbox <name>',
    env: 'EMULATOR_SANDBOX',
    description: 'the sandbox to address',
    default: 'default',
    read: readSandboxName,
  },
  format: {
    flags: '--format <format>',
    env: 'EMULATOR_FORMAT',
    description: 'shell, dotenv or github',
    default: 'shell',
    read: (text) => readChoice(text, ['shell', 'dotenv', 'github']),
  },
} satisfies Record<string, Declaration>

export type OptionName = keyof typeof declarations

/** Gives a command options: a flag wins over the environment, which wins over the default. An empty variable is none. */
export function declare(command: Command, names: readonly OptionName[], environment: NodeJS.ProcessEnv): Command {
  for (const name of names) command.addOption(toOption(declarations[name]))
  return command.hook('preAction', () => {
    for (const name of names) readEnvironment(command, name, environment)
  })
}

function toOption(declaration: Declaration): Option {
  const { flags, env, description, read = asItIs, isList } = declaration
  const shown = declaration.defaultText ?? String(declaration.default)
  const option = new Option(flags, `${description} (${env}; default: ${shown})`)
  if (declaration.default !== undefined) option.defaultValue = declaration.default
  if (isList) option.argParser<unknown[]>((text, previous) => [...previous, read(text)])
  else if (flags.includes('<')) option.argParser(read)
  return option
}

function readEnvironment(command: Command, name: OptionName, environment: NodeJS.ProcessEnv): void {
  const { env, isList, read = asItIs }: Declaration = declarations[name]
  const text = environment[env]
  const source = command.getOptionValueSource(name)
  if (text === undefined || text === '' || (source !== undefined && source !== 'default')) return
  try {
    const value = isList ? text.split(',').map((part) => read(part.trim())) : read(text)
    command.setOptionValueWithSource(name, value, 'env')
  } catch (error) {
    throw new UserError(`${env}: '${text}' is invalid. ${(error as Error).message}`)
  }
}

const asItIs = (text: string): unknown => text

function readNonEmpty(text: string): string {
  if (text === '') throw new InvalidArgumentError('It must not be empty.')
  return text
}

function readInteger(text: string, least: number, most: number): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < least || value > most) {
    throw new InvalidArgumentError(`It must be an integer from ${least} to ${most}.`)
  }
  return value
}

const unitsInMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const longestDuration = 365 * unitsInMs.d

function readDuration(text: string): number {
  const [, amount, unit] = /^(\d+)(ms|s|m|h|d)$/.exec(text) ?? []
  const value = Number(amount) * (unitsInMs[unit as keyof typeof unitsInMs] ?? Number.NaN)
  if (!(value >= 1 && value <= longestDuration)) {
    throw new InvalidArgumentError('It must be a duration from 1ms to 365d, with its unit: ms, s, m, h or d.')
  }
  return value
}

function readChoice<Choice extends string>(text: string, choices: readonly Choice[]): Choice {
  if (!choices.includes(text as Choice)) throw new InvalidArgumentError(`It must be one of ${choices.join(', ')}.`)
  return text as Choice
}

function readBoolean(text: string): boolean {
  if (/^(1|true)$/i.test(text)) return true
  if (/^(0|false)$/i.test(text)) return false
  throw new InvalidArgumentError('It must be 1, true, 0 or false.')
}

function readHost(text: string): string {
  if (!/^[A-Za-z0-9.:_-]+$/.test(text)) throw new InvalidArgumentError('It must be an IP address or a host name.')
  return text
}

function readHeaderText(text: string): string {
  if (!/^[!-~]([ -~]*[!-~])?$/.test(text)) {
    throw new InvalidArgumentError('It must be printable ASCII without a blank at either end, for a header carries it.')
  }
  return text
}

function readUrl(text: string): string {
  const url = URL.parse(text)
  if (url?.protocol !== 'http:') throw new InvalidArgumentError('It must be an http URL.')
  if (/\/v1\/?$/.test(url.pathname)) throw new InvalidArgumentError('It must be given without the /v1 of a base URL.')
  return text.replace(/\/+$/, '')
}

function readSandboxName(text: string): string {
  if (!isSandboxName(text)) {
    throw new InvalidArgumentError(`It must be ${sandboxNameRule}.`)
  }
  return text
}

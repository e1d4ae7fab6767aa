import { type Command, Option } from 'commander'
import { UserError } from '../common/user-error.ts'
import { resetParts } from '../sandbox/reset-parts.ts'
import { builtInSeeds } from '../sandbox/seed/built-in.ts'
import {
  parseBaseUrl,
  parseBoolean,
  parseChoice,
  parseDuration,
  parseHeaderText,
  parseHost,
  parseHostName,
  parseInteger,
  parseNonEmpty,
  parseSandboxName,
  parseUrl,
} from './parsers.ts'

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

const formats = ['shell', 'dotenv', 'github'] as const

/** One option: its flag, its environment twin, and how its text is read. */
export interface OptionSpec {
  flags: string
  env: string
  description: string
  default?: unknown
  defaultText?: string
  /** Throws InvalidArgumentError with the rule. */
  parse: (text: string) => unknown
  /** May be given more than once; in the environment separated by commas. */
  isList?: true
  /** Flags beside which the variable is not looked at. */
  overriddenBy?: string[]
  /** What was given is not repeated when it is wrong. */
  redactInErrors?: true
}

export const optionSpecs = {
  host: {
    flags: '--host <address>',
    env: 'EMULATOR_HOST',
    description: 'address to listen on, or to ask; 0.0.0.0 for every one',
    default: '127.0.0.1',
    parse: parseHost,
  },
  port: {
    flags: '-p, --port <number>',
    env: 'EMULATOR_PORT',
    description: 'port to listen on, 0 for any free one; or to ask',
    default: 4010,
    parse: (text) => parseInteger(text, 0, 65_535),
  },
  adminKey: {
    flags: '--admin-key <value>',
    env: 'EMULATOR_ADMIN_KEY',
    description:
      'value of the admin key that every sandbox begins with, "none" for no such key; of conform: whose to use',
    default: 'sk-admin-local',
    parse: parseHeaderText,
    redactInErrors: true,
  },
  seed: {
    flags: '--seed <name or file>',
    env: 'EMULATOR_SEED',
    description: `how sandboxes begin: ${builtInSeeds.join(', ')}, or a YAML or JSON file; repeatable`,
    default: [],
    defaultText: 'default',
    parse: parseNonEmpty,
    isList: true,
  },
  seedFolder: {
    flags: '--seed-folder <folder>',
    env: 'EMULATOR_SEED_FOLDER',
    description: 'load every *.yaml, *.yml and *.json of this folder, in order of name, before the seeds of --seed',
    defaultText: 'none',
    parse: parseNonEmpty,
  },
  data: {
    flags: '--data <folder>',
    env: 'EMULATOR_DATA',
    description: 'keep sandboxes in SQLite files in this folder',
    defaultText: 'in memory',
    parse: parseNonEmpty,
  },
  maxSandboxes: {
    flags: '--max-sandboxes <number>',
    env: 'EMULATOR_MAX_SANDBOXES',
    description: 'how many sandboxes there may be, "default" included',
    default: 1000,
    parse: (text) => parseInteger(text, 1, 1_000_000),
  },
  sandboxTtl: {
    flags: '--sandbox-ttl <duration>',
    env: 'EMULATOR_SANDBOX_TTL',
    description: 'remove sandboxes that were idle for so long, such as 30m',
    defaultText: 'never',
    parse: parseDuration,
  },
  allowHost: {
    flags: '--allow-host <name>',
    env: 'EMULATOR_ALLOW_HOST',
    description: 'a DNS name under which the pages may be asked for; repeatable',
    default: [],
    parse: parseHostName,
    defaultText: 'local names and addresses',
    isList: true,
  },
  journal: {
    flags: '--journal <number>',
    env: 'EMULATOR_JOURNAL',
    description: 'how many requests each sandbox remembers, 0 for none',
    default: 1000,
    parse: (text) => parseInteger(text, 0, 1_000_000),
  },
  controlToken: {
    flags: '--control-token <text>',
    env: 'EMULATOR_CONTROL_TOKEN',
    description: 'bearer token that the controls under /_emulator want',
    defaultText: 'none',
    parse: parseHeaderText,
    redactInErrors: true,
  },
  randomSeed: {
    flags: '--random-seed <number>',
    env: 'EMULATOR_RANDOM_SEED',
    description: 'draw the same ids, values and request ids in every run and every sandbox',
    defaultText: 'nobody can foresee them',
    parse: (text) => parseInteger(text, 0, Number.MAX_SAFE_INTEGER),
  },
  logLevel: {
    flags: '--log-level <level>',
    env: 'EMULATOR_LOG_LEVEL',
    description: `least level that is logged to standard error: ${logLevels.join(', ')}`,
    default: 'info',
    parse: (text) => parseChoice(text, logLevels),
  },
  json: {
    flags: '--json',
    env: 'EMULATOR_JSON',
    description: 'say where we listen in one line of JSON, also on a terminal; of conform: its report',
    default: false,
    parse: parseBoolean,
  },
  url: {
    flags: '--url <url>',
    env: 'EMULATOR_URL',
    description: 'where the emulator is, instead of --host and --port',
    overriddenBy: ['host', 'port'],
    defaultText: 'host and port',
    parse: parseUrl,
  },
  timeout: {
    flags: '--timeout <duration>',
    env: 'EMULATOR_TIMEOUT',
    description: 'how long to try, such as 30s; of conform: how long an answer may take',
    default: 30_000,
    defaultText: '30s',
    parse: parseDuration,
  },
  sandbox: {
    flags: '--sandbox <name>',
    env: 'EMULATOR_SANDBOX',
    description: 'the sandbox to address',
    default: 'default',
    parse: parseSandboxName,
  },
  what: {
    flags: '--what <part>',
    env: 'EMULATOR_WHAT',
    description: `a part to reset: ${resetParts.join(', ')}; repeatable`,
    default: [],
    defaultText: 'all of it',
    parse: (text) => parseChoice(text, resetParts),
    isList: true,
  },
  load: {
    flags: '--load <file>',
    env: 'EMULATOR_LOAD',
    description: 'put this seed in the place of the state',
    defaultText: 'print the state',
    parse: parseNonEmpty,
  },
  add: {
    flags: '--add <file>',
    env: 'EMULATOR_ADD',
    description: 'add the keys of this seed to the state',
    defaultText: 'print the state',
    parse: parseNonEmpty,
  },
  baseUrl: {
    flags: '--base-url <url>',
    env: 'EMULATOR_BASE_URL',
    description: 'base URL of the server to probe, as a client has it: http://localhost:4010/v1',
    defaultText: 'must be given',
    parse: parseBaseUrl,
  },
  write: {
    flags: '--write',
    env: 'EMULATOR_WRITE',
    description: 'also make and delete keys, called conform-…',
    default: false,
    defaultText: 'only read',
    parse: parseBoolean,
  },
  pace: {
    flags: '--pace <duration>',
    env: 'EMULATOR_PACE',
    description: 'from one request to the next, such as 9s for a service that allows 7 a minute',
    defaultText: 'no pause',
    parse: parseDuration,
  },
  format: {
    flags: '--format <format>',
    env: 'EMULATOR_FORMAT',
    description: formats.join(', '),
    default: 'shell',
    parse: (text) => parseChoice(text, formats),
  },
} satisfies Record<string, OptionSpec>

export type OptionName = keyof typeof optionSpecs

type Value<Spec> = Spec extends { isList: true }
  ? string[]
  :
      | (Spec extends { parse: (text: string) => infer Parsed } ? Parsed : never)
      | (Spec extends { default: unknown } ? never : undefined)

/** What a command with those options is told, frozen. */
export type Options<Name extends OptionName> = { readonly [Each in Name]: Value<(typeof optionSpecs)[Each]> }

/** What a server is made of, however it is started. */
export const serverOptions = [
  'host',
  'port',
  'adminKey',
  'seed',
  'seedFolder',
  'data',
  'maxSandboxes',
  'sandboxTtl',
  'allowHost',
  'journal',
  'controlToken',
  'randomSeed',
  'logLevel',
] as const satisfies OptionName[]

export const startOptions = [...serverOptions, 'json'] as const satisfies OptionName[]

/** By these a command finds an emulator that runs. */
export const locationOptions = ['host', 'port', 'url'] as const satisfies OptionName[]

/** Gives a command options: a flag wins over the environment, which wins over the default. An empty variable is none. */
export function addOptions(command: Command, names: readonly OptionName[], environment: NodeJS.ProcessEnv): Command {
  for (const name of names) command.addOption(toOption(optionSpecs[name]))
  return command.hook('preAction', () => {
    for (const name of names) applyEnvironment(command, name, environment)
  })
}

function toOption(spec: OptionSpec): Option {
  const { flags, env, description, isList } = spec
  const parse = spec.redactInErrors ? withRedactedErrors(spec) : spec.parse
  const defaultText = spec.defaultText ?? String(spec.default)
  const option = new Option(flags, `${description} (${env}; default: ${defaultText})`)
  if (spec.default !== undefined) option.defaultValue = spec.default
  if (isList) option.argParser<unknown[]>((text, previous) => [...previous, parse(text)])
  else if (flags.includes('<')) option.argParser(parse)
  return option
}

/** Commander's own message would repeat what was given. */
const withRedactedErrors =
  ({ flags, parse }: OptionSpec) =>
  (text: string) => {
    try {
      return parse(text)
    } catch (error) {
      throw new UserError(`option '${flags}' argument [redacted] is invalid. ${(error as Error).message}`)
    }
  }

function applyEnvironment(command: Command, name: OptionName, environment: NodeJS.ProcessEnv): void {
  const { env, isList, redactInErrors, overriddenBy = [], parse }: OptionSpec = optionSpecs[name]
  const text = environment[env]
  const source = command.getOptionValueSource(name)
  if (text === undefined || text === '' || (source !== undefined && source !== 'default')) return
  if (overriddenBy.some((other) => command.getOptionValueSource(other) === 'cli')) return
  try {
    const value = isList ? text.split(',').map((part) => parse(part.trim())) : parse(text)
    command.setOptionValueWithSource(name, value, 'env')
  } catch (error) {
    throw new UserError(
      `${env}: ${redactInErrors ? '[redacted]' : `'${text}'`} is invalid. ${(error as Error).message}`,
    )
  }
}

import { resetParts } from '../sandbox/reset-parts.ts'
import { builtInSeeds } from '../sandbox/seed/built-in.ts'
import {
  parseBaseUrl,
  parseBoolean,
  parseChoice,
  parseDurationOption,
  parseHeaderText,
  parseHost,
  parseHostName,
  parseInteger,
  parseNonEmpty,
  parseOrigin,
  parseSandboxName,
  parseUrl,
} from './parsers.ts'

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

const logFormats = ['pretty', 'json'] as const
export type LogFormat = (typeof logFormats)[number]

/** One option: its flag, its environment variable, and how its text is parsed. */
export interface OptionSpec {
  flags: string
  env: string
  description: string
  default?: unknown
  defaultText?: string
  /** Throws InvalidArgumentError with the rule. */
  parse: (text: string) => unknown
  /** Repeatable as a flag; comma-separated in the environment. */
  isList?: true
  /** Flags that make the environment variable irrelevant. */
  overriddenBy?: string[]
  /** The value is not repeated in an error message. */
  redactInErrors?: true
}

export const optionSpecs = {
  host: {
    flags: '--host <address>',
    env: 'EMULATOR_HOST',
    description: 'address to listen on or to connect to; localhost is 127.0.0.1 and ::1, 0.0.0.0 is every IPv4 address',
    default: 'localhost',
    parse: parseHost,
  },
  port: {
    flags: '-p, --port <number>',
    env: 'EMULATOR_PORT',
    description: 'port to listen on (0: any free port) or to connect to',
    default: 4010,
    parse: (text) => parseInteger(text, 0, 65_535),
  },
  adminKey: {
    flags: '--admin-key <value>',
    env: 'EMULATOR_ADMIN_KEY',
    description: 'value of the admin key in every sandbox, or "none"; for conform: the key to use',
    default: 'sk-admin-local',
    parse: parseHeaderText,
    redactInErrors: true,
  },
  seed: {
    flags: '--seed <name or file>',
    env: 'EMULATOR_SEED',
    description: `initial state of sandboxes: ${builtInSeeds.join(', ')}, or a YAML or JSON file; repeatable`,
    default: [],
    defaultText: 'default',
    parse: parseNonEmpty,
    isList: true,
  },
  seedFolder: {
    flags: '--seed-folder <folder>',
    env: 'EMULATOR_SEED_FOLDER',
    description:
      'load all *.yaml, *.yml and *.json files of this folder in alphabetical order, before the seeds of --seed',
    defaultText: 'none',
    parse: parseNonEmpty,
  },
  watch: {
    flags: '--watch',
    env: 'EMULATOR_WATCH',
    description: 'reload seed files when they change, and reset the sandboxes created from the seed',
    default: false,
    defaultText: 'off',
    parse: parseBoolean,
  },
  data: {
    flags: '--data <folder>',
    env: 'EMULATOR_DATA',
    description: 'store sandboxes in SQLite files in this folder',
    defaultText: 'in memory',
    parse: parseNonEmpty,
  },
  maxSandboxes: {
    flags: '--max-sandboxes <number>',
    env: 'EMULATOR_MAX_SANDBOXES',
    description: 'maximum number of sandboxes, including "default"',
    default: 1000,
    parse: (text) => parseInteger(text, 1, 1_000_000),
  },
  sandboxTtl: {
    flags: '--sandbox-ttl <duration>',
    env: 'EMULATOR_SANDBOX_TTL',
    description: 'remove sandboxes that have been idle this long, such as 30m',
    defaultText: 'never',
    parse: parseDurationOption,
  },
  noAutoCreate: {
    flags: '--no-auto-create',
    env: 'EMULATOR_NO_AUTO_CREATE',
    description: 'respond with 404 to requests to a sandbox that does not exist, instead of creating it',
    default: false,
    defaultText: 'create it from the seed',
    parse: parseBoolean,
  },
  allowHost: {
    flags: '--allow-host <name>',
    env: 'EMULATOR_ALLOW_HOST',
    description: 'DNS name by which the control API may be reached; repeatable',
    default: [],
    parse: parseHostName,
    defaultText: 'local names and addresses',
    isList: true,
  },
  corsOrigin: {
    flags: '--cors-origin <origin>',
    env: 'EMULATOR_CORS_ORIGIN',
    description: 'origin whose pages may call the emulated API, such as http://localhost:3000, or *; repeatable',
    default: [],
    defaultText: 'none',
    parse: parseOrigin,
    isList: true,
  },
  tlsCert: {
    flags: '--tls-cert <file>',
    env: 'EMULATOR_TLS_CERT',
    description: 'serve HTTPS with this certificate (PEM); for other commands: connect by HTTPS and trust it',
    defaultText: 'plain HTTP',
    parse: parseNonEmpty,
  },
  tlsKey: {
    flags: '--tls-key <file>',
    env: 'EMULATOR_TLS_KEY',
    description: 'the private key of the certificate (PEM)',
    defaultText: 'plain HTTP',
    parse: parseNonEmpty,
  },
  journal: {
    flags: '--journal <number>',
    env: 'EMULATOR_JOURNAL',
    description: 'number of requests that the journal of each sandbox keeps; 0 turns it off',
    default: 1000,
    parse: (text) => parseInteger(text, 0, 1_000_000),
  },
  controlToken: {
    flags: '--control-token <text>',
    env: 'EMULATOR_CONTROL_TOKEN',
    description: 'bearer token required by the controls under /_emulator',
    defaultText: 'none',
    parse: parseHeaderText,
    redactInErrors: true,
  },
  randomSeed: {
    flags: '--random-seed <number>',
    env: 'EMULATOR_RANDOM_SEED',
    description: 'generate the same ids, values and request ids in every run and every sandbox',
    defaultText: 'cryptographically random',
    parse: (text) => parseInteger(text, 0, Number.MAX_SAFE_INTEGER),
  },
  logLevel: {
    flags: '--log-level <level>',
    env: 'EMULATOR_LOG_LEVEL',
    description: `minimum log level on standard error: ${logLevels.join(', ')}`,
    default: 'info',
    parse: (text) => parseChoice(text, logLevels),
  },
  logFormat: {
    flags: '--log-format <format>',
    env: 'EMULATOR_LOG_FORMAT',
    description: 'pretty: readable lines; json: one JSON object per line',
    defaultText: 'pretty on a terminal, otherwise json',
    parse: (text) => parseChoice(text, logFormats),
  },
  json: {
    flags: '--json',
    env: 'EMULATOR_JSON',
    description: 'print JSON instead of text: the result, the report of conform, the startup message of start',
    defaultText: 'text on a terminal, otherwise JSON; conform prints Markdown',
    parse: parseBoolean,
  },
  url: {
    flags: '--url <url>',
    env: 'EMULATOR_URL',
    description: 'URL of the emulator, instead of --host and --port',
    overriddenBy: ['host', 'port'],
    defaultText: 'host and port',
    parse: parseUrl,
  },
  timeout: {
    flags: '--timeout <duration>',
    env: 'EMULATOR_TIMEOUT',
    description: 'how long to try, such as 30s; for conform: the time limit for each response',
    default: 30_000,
    defaultText: '30s',
    parse: parseDurationOption,
  },
  sandbox: {
    flags: '--sandbox <name>',
    env: 'EMULATOR_SANDBOX',
    description: 'the sandbox to use',
    default: 'default',
    parse: parseSandboxName,
  },
  only: {
    flags: '--only <part>',
    env: 'EMULATOR_ONLY',
    description: `part to reset: ${resetParts.join(', ')}; repeatable`,
    default: [],
    defaultText: 'all parts',
    parse: (text) => parseChoice(text, resetParts),
    isList: true,
  },
  load: {
    flags: '--load <file>',
    env: 'EMULATOR_LOAD',
    description: 'replace the state with this seed',
    defaultText: 'print the state',
    parse: parseNonEmpty,
  },
  add: {
    flags: '--add <file>',
    env: 'EMULATOR_ADD',
    description: 'add the projects, audit events, models and keys of this seed to the state',
    defaultText: 'print the state',
    parse: parseNonEmpty,
  },
  baseUrl: {
    flags: '--base-url <url>',
    env: 'EMULATOR_BASE_URL',
    description: 'base URL of the server to probe, such as http://localhost:4010/v1',
    defaultText: 'required',
    parse: parseBaseUrl,
  },
  write: {
    flags: '--write',
    env: 'EMULATOR_WRITE',
    description: 'also create and delete keys, and create and archive a project, named conform-…',
    default: false,
    defaultText: 'read-only',
    parse: parseBoolean,
  },
  pace: {
    flags: '--pace <duration>',
    env: 'EMULATOR_PACE',
    description: 'time between requests, such as 9s for a service that allows 7 a minute',
    defaultText: 'no pause',
    parse: parseDurationOption,
  },
  format: {
    flags: '--format <format>',
    env: 'EMULATOR_FORMAT',
    description: 'shell, dotenv or github',
    default: 'shell',
    parse: (text) => parseChoice(text, ['shell', 'dotenv', 'github']),
  },
} satisfies Record<string, OptionSpec>

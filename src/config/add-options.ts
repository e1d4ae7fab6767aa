import { type Command, Option } from 'commander'
import { UserError } from '../common/user-error.ts'
import { type OptionSpec, optionSpecs } from './option-specs.ts'
import type { OptionName } from './options.ts'

/** Adds options to a command. A flag wins over the environment, which wins over the default; an empty variable is ignored. */
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
  // Commander would name --no-auto-create `autoCreate` and invert its value.
  option.negate = false
  if (spec.default !== undefined) option.defaultValue = spec.default
  if (isList) option.argParser<unknown[]>((text, previous) => [...previous, parse(text)])
  else if (flags.includes('<')) option.argParser(parse)
  return option
}

// Commander's own message would repeat the value.
const withRedactedErrors =
  ({ flags, parse }: OptionSpec) =>
  (text: string) => {
    try {
      return parse(text)
    } catch (error) {
      throw new UserError(`option '${flags}' argument [redacted] is invalid. ${(error as Error).message}`)
    }
  }

// Kubernetes sets EMULATOR_PORT=tcp://10.0.0.1:4010 in every container, for a service called `emulator`.
const isServiceLink = (name: OptionName, text: string) => name === 'port' && /^(tcp|udp|sctp):\/\//.test(text)

function applyEnvironment(command: Command, name: OptionName, environment: NodeJS.ProcessEnv): void {
  const { env, isList, redactInErrors, overriddenBy = [], parse }: OptionSpec = optionSpecs[name]
  const text = environment[env]
  const source = command.getOptionValueSource(name)
  if (text === undefined || text === '' || isServiceLink(name, text) || (source !== undefined && source !== 'default'))
    return
  if (overriddenBy.some((other) => command.getOptionValueSource(other) === 'cli')) return
  try {
    const value = isList ? text.split(',').map((part) => parse(part.trim())) : parse(text)
    command.setOptionValueWithSource(name, value, 'env')
  } catch (error) {
    const got = redactInErrors ? '[redacted]' : `'${text}'`
    throw new UserError(`${env}: ${got} is invalid. ${(error as Error).message}`)
  }
}

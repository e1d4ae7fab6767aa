import { UserError } from '../common/user-error.ts'
import { type OptionSpec, optionSpecs } from '../config/option-specs.ts'
import { type Options, serverOptions } from '../config/options.ts'
import type { EmulatorOptions } from './types.ts'

type ServerOption = (typeof serverOptions)[number]

const libraryDefaults: EmulatorOptions = { port: 0, logLevel: 'warn' }

// Options that differ on the command line: durations have a unit, and "none" means no key.
const toOptionText: Partial<Record<ServerOption, (value: unknown) => string>> = {
  sandboxTtl: (value) => (typeof value === 'number' ? `${value}ms` : String(value)),
  adminKey: (value) => (value === null ? 'none' : String(value)),
}

const numericOptions: readonly ServerOption[] = ['port', 'maxSandboxes', 'journal', 'randomSeed']
const booleanOptions: readonly ServerOption[] = ['watch', 'noAutoCreate']

/** Parses options by the rules of the command line. Throws UserError with the option, the rule and the value. */
export function readOptions(input: EmulatorOptions): Options<ServerOption> {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new UserError(`the options must be an object, got ${JSON.stringify(input) ?? typeof input}`)
  }
  rejectUnknownOptions(input, serverOptions)
  const options = serverOptions.map((name) => {
    const value = Object.hasOwn(input, name) ? input[name] : undefined
    return [name, readOption(name, value === undefined ? libraryDefaults[name] : value)]
  })
  return Object.freeze(Object.fromEntries(options))
}

/** Throws UserError for an option whose name is not one of `names`. */
export function rejectUnknownOptions(input: object, names: readonly string[]): void {
  const unknown = Object.keys(input).find((name) => !names.includes(name))
  if (unknown === undefined) return
  throw new UserError(`unknown option '${unknown}'. Available options: ${names.join(', ')}`)
}

function readOption(name: ServerOption, value: unknown): unknown {
  const spec: OptionSpec = optionSpecs[name]
  if (value === undefined) return spec.default
  const parse = (each: unknown) => {
    try {
      assertType(name, each)
      return spec.parse((toOptionText[name] ?? String)(each))
    } catch (error) {
      const got = spec.redactInErrors ? '[redacted]' : (JSON.stringify(each) ?? String(each))
      throw new UserError(`${name}: ${got} is invalid. ${(error as Error).message}`)
    }
  }
  return spec.isList ? [value].flat().map(parse) : parse(value)
}

function assertType(name: ServerOption, value: unknown): void {
  if (name === 'adminKey' && value === null) return
  const type = typeOf(name)
  const isDuration = name === 'sandboxTtl'
  if (typeof value === type || (isDuration && typeof value === 'number')) return
  const rule = isDuration ? 'a duration such as "30m", or a number of milliseconds' : `a ${type}`
  throw new Error(`It must be ${rule}.`)
}

function typeOf(name: ServerOption): 'number' | 'boolean' | 'string' {
  if (numericOptions.includes(name)) return 'number'
  return booleanOptions.includes(name) ? 'boolean' : 'string'
}

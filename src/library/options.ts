import { UserError } from '../common/user-error.ts'
import { type OptionSpec, type Options, optionSpecs, serverOptions } from '../config/options.ts'
import type { EmulatorOptions } from './types.ts'

type ServeOption = (typeof serverOptions)[number]

const ownDefaults: EmulatorOptions = { port: 0, logLevel: 'warn' }

// What the command line writes otherwise: there a duration has its unit, and no key is a word.
const toOptionText: Partial<Record<ServeOption, (value: unknown) => string>> = {
  sandboxTtl: (value) => `${value}ms`,
  adminKey: (value) => (value === null ? 'none' : String(value)),
}

const numericOptions: readonly ServeOption[] = ['port', 'maxSandboxes', 'sandboxTtl', 'journal', 'randomSeed']

/** Holds options to the rules of the command line. Throws UserError with the option, the rule and the value. */
export function readOptions(input: EmulatorOptions): Options<ServeOption> {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new UserError(`the options must be an object, got ${JSON.stringify(input) ?? typeof input}`)
  }
  const unknown = Object.keys(input).find((name) => !serverOptions.includes(name as ServeOption))
  if (unknown !== undefined) throw new UserError(`unknown option '${unknown}'; there are ${serverOptions.join(', ')}`)
  const options = serverOptions.map((name) => {
    const value = Object.hasOwn(input, name) ? input[name] : undefined
    return [name, readOption(name, value === undefined ? ownDefaults[name] : value)]
  })
  return Object.freeze(Object.fromEntries(options))
}

function readOption(name: ServeOption, value: unknown): unknown {
  const spec: OptionSpec = optionSpecs[name]
  if (value === undefined) return spec.default
  const read = (each: unknown) => {
    try {
      checkType(name, each)
      return spec.parse((toOptionText[name] ?? String)(each))
    } catch (error) {
      const printed = spec.redactInErrors ? '[redacted]' : JSON.stringify(each)
      throw new UserError(`${name}: ${printed ?? String(each)} is invalid. ${(error as Error).message}`)
    }
  }
  return spec.isList ? [value].flat().map(read) : read(value)
}

function checkType(name: ServeOption, value: unknown): void {
  if (name === 'adminKey' && value === null) return
  const type = numericOptions.includes(name) ? 'number' : 'string'
  if (typeof value === type) return
  const unit = name === 'sandboxTtl' ? ' of milliseconds' : ''
  throw new Error(`It must be a ${type}${unit}.`)
}

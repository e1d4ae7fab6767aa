import { UserError } from '../common/user-error.ts'
import { type Declaration, declarations, type Options, serveOptions } from '../config/options.ts'
import type { EmulatorOptions } from './types.ts'

type ServeOption = (typeof serveOptions)[number]

const ownDefaults: EmulatorOptions = { port: 0, logLevel: 'warn' }

// What the command line writes otherwise: there a duration has its unit, and no key is a word.
const asText: Partial<Record<ServeOption, (value: unknown) => string>> = {
  sandboxTtl: (value) => `${value}ms`,
  adminKey: (value) => (value === null ? 'none' : String(value)),
}

const numbers: readonly ServeOption[] = ['port', 'maxSandboxes', 'sandboxTtl', 'journal', 'randomSeed']

/** Holds options to the rules of the command line. Throws UserError with the option, the rule and the value. */
export function readOptions(given: EmulatorOptions): Options<ServeOption> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new UserError(`the options must be an object, got ${JSON.stringify(given) ?? typeof given}`)
  }
  const unknown = Object.keys(given).find((name) => !serveOptions.includes(name as ServeOption))
  if (unknown !== undefined) throw new UserError(`unknown option '${unknown}'; there are ${serveOptions.join(', ')}`)
  const options = serveOptions.map((name) => {
    const own = Object.hasOwn(given, name) ? given[name] : undefined
    return [name, readOption(name, own === undefined ? ownDefaults[name] : own)]
  })
  return Object.freeze(Object.fromEntries(options))
}

function readOption(name: ServeOption, value: unknown): unknown {
  const declaration: Declaration = declarations[name]
  if (value === undefined) return declaration.default
  const read = (each: unknown) => {
    try {
      checkType(name, each)
      return declaration.read((asText[name] ?? String)(each))
    } catch (error) {
      const shown = declaration.isSecret ? '[redacted]' : JSON.stringify(each)
      throw new UserError(`${name}: ${shown ?? String(each)} is invalid. ${(error as Error).message}`)
    }
  }
  return declaration.isList ? [value].flat().map(read) : read(value)
}

function checkType(name: ServeOption, value: unknown): void {
  if (name === 'adminKey' && value === null) return
  const type = numbers.includes(name) ? 'number' : 'string'
  if (typeof value === type) return
  const unit = name === 'sandboxTtl' ? ' of milliseconds' : ''
  throw new Error(`It must be a ${type}${unit}.`)
}

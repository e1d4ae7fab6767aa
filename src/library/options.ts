import { type Declaration, declarations, type Options, serveOptions } from '../config.ts'
import { UserError } from '../user-error.ts'
import type { EmulatorOptions } from './start-emulator.ts'

type ServeOption = (typeof serveOptions)[number]

const ownDefaults: EmulatorOptions = { port: 0, logLevel: 'warn' }

// What the command line writes otherwise: there a duration has its unit, and no key is a word.
const asText: Partial<Record<ServeOption, (value: unknown) => string>> = {
  sandboxTtl(value) {
    if (typeof value !== 'number') throw new Error('It must be a number of milliseconds.')
    return `${value}ms`
  },
  adminKey: (value) => (value === null ? 'none' : String(value)),
}

/** Holds options to the rules of the command line. Throws UserError with the option, the rule and the value. */
export function readOptions(given: EmulatorOptions): Options<ServeOption> {
  const unknown = Object.keys(given).find((name) => !serveOptions.includes(name as ServeOption))
  if (unknown !== undefined) throw new UserError(`unknown option '${unknown}'; there are ${serveOptions.join(', ')}`)
  const options = serveOptions.map((name) => {
    const value = given[name] === undefined ? ownDefaults[name] : given[name]
    return [name, readOption(name, value)]
  })
  return Object.freeze(Object.fromEntries(options))
}

function readOption(name: ServeOption, value: unknown): unknown {
  const declaration: Declaration = declarations[name]
  if (value === undefined) return declaration.default
  const read = (each: unknown) => {
    try {
      return declaration.read((asText[name] ?? String)(each))
    } catch (error) {
      throw new UserError(`${name}: '${each}' is invalid. ${(error as Error).message}`)
    }
  }
  return declaration.isList ? [value].flat().map(read) : read(value)
}

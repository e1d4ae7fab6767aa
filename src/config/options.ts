import type { optionSpecs } from './option-specs.ts'

export type OptionName = keyof typeof optionSpecs

type Value<Spec> = Spec extends { isList: true }
  ? string[]
  :
      | (Spec extends { parse: (text: string) => infer Parsed } ? Parsed : never)
      | (Spec extends { default: unknown } ? never : undefined)

/** The parsed options of a command, frozen. */
export type Options<Name extends OptionName> = { readonly [Each in Name]: Value<(typeof optionSpecs)[Each]> }

/** The options of a server, however it is started. */
export const serverOptions = [
  'host',
  'port',
  'adminKey',
  'seed',
  'seedFolder',
  'watch',
  'data',
  'maxSandboxes',
  'sandboxTtl',
  'noAutoCreate',
  'allowHost',
  'corsOrigin',
  'tlsCert',
  'tlsKey',
  'journal',
  'controlToken',
  'randomSeed',
  'logLevel',
  'logFormat',
] as const satisfies OptionName[]

export const startOptions = [...serverOptions, 'json'] as const satisfies OptionName[]

/** The options by which a command finds a running emulator. */
export const locationOptions = ['host', 'port', 'url', 'tlsCert'] as const satisfies OptionName[]

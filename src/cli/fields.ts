import { readFileSync } from 'node:fs'
import { type Command, Option } from 'commander'
import { UserError } from '../common/user-error.ts'
import { type FieldSchema, isTextMap, parseField, parseTextMap, placeholder } from './field-values.ts'

/** A field of a request body, which is a flag on the command line. */
export interface Field {
  name: string
  schema: FieldSchema
  /** The description in the help. */
  description: string
}

/** The value of a flag that was given. */
export interface FlagValue {
  value: unknown
}

/** The options and flags of a command. */
type FlagValues = Readonly<Record<string, unknown>>

/** Returns the field of a property of a schema. */
export const toField = ([name, schema]: [string, FieldSchema]): Field => ({
  name,
  schema,
  description: schema.description ?? '',
})

/** Returns the fields of a query: text, which the emulator parses. */
export function toFilters(properties: object): Field[] {
  return Object.entries<FieldSchema>({ ...properties }).map(([name, { description = '' }]) => ({
    name,
    schema: { type: 'string' },
    description,
  }))
}

/** Adds a flag for each field: `--key-id` for `key_id`, which is accepted, too. */
export function addFields(command: Command, fields: readonly Field[]): Command {
  for (const field of fields) command.addOption(toOption(field))
  return command
}

function toOption({ name, schema, description }: Field): Option {
  const flags = name.includes('_') ? `--${name}, ${flagOf(name)}` : flagOf(name)
  const option = new Option(`${flags} <${placeholder(schema)}>`, description).helpGroup('Fields:')
  // In an object, because Commander turns null into an empty string.
  return isTextMap(schema)
    ? option.argParser<FlagValue>((text, previous) => ({
        value: { ...(previous?.value as object), ...parseTextMap(text) },
      }))
    : option.argParser<FlagValue>((text) => ({ value: parseField(text, schema) }))
}

/** Returns the flag of a field. */
const flagOf = (name: string): string => `--${name.replaceAll('_', '-')}`

/** Returns the flag of the field that a JSON Pointer is in, and where in the field. */
export const flagOfPointer = (pointer: string): string =>
  pointer.replace(/^\/([^/]*)(\/?)/, (_, name: string, slash: string) => flagOf(name) + (slash && ' /'))

/** Returns the body that the flags describe. */
export function bodyOfFlags(fields: readonly Field[], flags: FlagValues): Record<string, unknown> {
  const given = fields.flatMap(({ name }) => {
    const flag = flags[attributeOf(name)] as FlagValue | undefined
    return flag === undefined ? [] : [[name, flag.value]]
  })
  return Object.fromEntries(given)
}

const attributeOf = (name: string) => name.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase())

/** Returns the query that the flags describe, with its question mark; empty without flags. */
export function toQuery(filters: readonly Field[], flags: object): string {
  const query = new URLSearchParams(bodyOfFlags(filters, { ...flags }) as Record<string, string>).toString()
  return query === '' ? '' : `?${query}`
}

/** Returns the body that one argument or the flags describe. Throws UserError if both are given, or it cannot be read. */
export function readBody(argument: string | undefined, fields: readonly Field[], flags: FlagValues): unknown {
  const body = bodyOfFlags(fields, flags)
  if (argument === undefined) return body
  const [field] = Object.keys(body)
  if (field !== undefined) throw new UserError(`${flagOf(field)}: cannot be combined with JSON`)
  const text = readArgument(argument)
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new UserError(`${argument}: is not JSON: ${(error as Error).message}`)
  }
}

function readArgument(argument: string): string {
  try {
    if (argument === '-') return readFileSync(0, 'utf8')
    return argument.startsWith('@') ? readFileSync(argument.slice(1), 'utf8') : argument
  } catch (error) {
    throw new UserError(`${argument}: cannot be read: ${(error as Error).message}`)
  }
}

import { InvalidArgumentError } from 'commander'

/** The parts of a JSON schema that determine how a field is written on the command line. */
export interface FieldSchema {
  type?: string
  const?: unknown
  enum?: unknown[]
  anyOf?: FieldSchema[]
  additionalProperties?: unknown
  description?: string
}

type JsonType = 'string' | 'number' | 'boolean' | 'null' | 'array' | 'object'

function jsonTypeOf(value: unknown): JsonType {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : (typeof value as JsonType)
}

const allTypes: JsonType[] = ['string', 'number', 'boolean', 'null', 'array', 'object']

function typesOf({ type, anyOf, enum: values, const: constant }: FieldSchema): JsonType[] {
  if (anyOf !== undefined) return anyOf.flatMap(typesOf)
  if (type !== undefined) return [type === 'integer' ? 'number' : (type as JsonType)]
  if (values !== undefined) return values.map(jsonTypeOf)
  return constant === undefined ? allTypes : [jsonTypeOf(constant)]
}

/** Parses a text as JSON; returns the text itself if the schema allows a string. The emulator checks the rest. */
export function parseField(text: string, schema: FieldSchema): unknown {
  const types = typesOf(schema)
  if (types.every((type) => type === 'string')) return text
  const value = tryParse(text)
  if (value !== undefined && types.includes(jsonTypeOf(value))) return value
  if (types.includes('string')) return text
  throw new InvalidArgumentError(`It must be ${schema.description ?? types.join(' or ')}.`)
}

/** Whether a field is an object with strings by name, such as headers. */
export const isTextMap = ({ type, additionalProperties }: FieldSchema) =>
  type === 'object' && (additionalProperties as FieldSchema | undefined)?.type === 'string'

/** Parses headers in JSON, or one header line in curl's format. */
export function parseTextMap(text: string): Record<string, unknown> {
  const value = tryParse(text)
  if (jsonTypeOf(value) === 'object') return value as Record<string, unknown>
  const [, name, content] = /^([^:]+):\s*(.*)$/s.exec(text) ?? []
  if (name === undefined)
    throw new InvalidArgumentError("It must be a header such as 'retry-after: 1', or a JSON object.")
  return { [name]: content }
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Returns the placeholder for the value of a field in the help. */
export function placeholder(schema: FieldSchema): string {
  if (isTextMap(schema)) return 'header'
  const types = typesOf(schema)
  if (types.includes('object') || types.includes('array')) return 'json'
  if (types.includes('string')) return 'text'
  return types.includes('boolean') ? 'true|false' : 'number'
}

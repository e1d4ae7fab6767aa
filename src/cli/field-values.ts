import { InvalidArgumentError } from 'commander'

/** The parts of a JSON schema that decide how a field is written on the command line. */
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

/** Returns the value that a text is: JSON, or the text itself where that is allowed. The emulator checks the rest. */
export function parseField(text: string, schema: FieldSchema): unknown {
  const types = typesOf(schema)
  if (types.every((type) => type === 'string')) return text
  const value = tryParse(text)
  if (value !== undefined && types.includes(jsonTypeOf(value))) return value
  if (types.includes('string')) return text
  throw new InvalidArgumentError(`It must be ${schema.description ?? types.join(' or ')}.`)
}

/** Whether a field is an object of texts by name, such as headers. */
export const isTextMap = ({ type, additionalProperties }: FieldSchema) =>
  type === 'object' && (additionalProperties as FieldSchema | undefined)?.type === 'string'

/** Returns headers from JSON, or from one line as curl takes it. */
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

/** Returns what the help calls the value of a field. */
export function placeholder(schema: FieldSchema): string {
  if (isTextMap(schema)) return 'header'
  const types = typesOf(schema)
  if (types.includes('object') || types.includes('array')) return 'json'
  if (types.includes('string')) return 'text'
  return types.includes('boolean') ? 'true|false' : 'number'
}

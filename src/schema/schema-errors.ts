import type { ErrorObject } from 'ajv'
import { redact } from '../common/redaction.ts'

// Turns Ajv's errors about seeds and control bodies into messages: where, by which rule, and the value. The rule is the
// `description` of the violated schema; the name of an object is its `title`.

/** The segments from the document to a part of it. */
export type Path = (string | number)[]

/** What a value must be, or a whole predicate about it. */
export type Rule = string | { problem: string }

/** Where a schema is violated, the rule, and the value if it is not the one at that place. */
export type SchemaViolation = [at: Path, rule: Rule, got?: string]

type Schema = { title?: string; description?: string; enum?: unknown[]; properties?: object; oneOf?: Schema[] }

/** Returns the violation that Ajv's errors describe. Requires `verbose`. */
export function toViolation(errors: readonly ErrorObject[] | null | undefined): SchemaViolation {
  // For a choice between forms, the last error is about the choice itself; `if` adds nothing.
  return describeError(errors?.filter(({ keyword }) => keyword !== 'if').at(-1) as ErrorObject)
}

function describeError({ keyword, instancePath, params, schema, parentSchema, data }: ErrorObject): SchemaViolation {
  const path = parsePointer(instancePath)
  const parent = (parentSchema ?? {}) as Schema
  switch (keyword) {
    case 'required': {
      // A missing field next to an unknown one has most likely been misspelled.
      const unknown = Object.keys(data as object).find((field) => !fieldNames(parent).includes(field))
      if (unknown !== undefined) return unknownField(path, unknown, parent)
      return [[...path, params['missingProperty']], { problem: `is required${named('for', parent)}` }]
    }
    case 'additionalProperties':
      return unknownField(path, params['additionalProperty'], parent)
    case 'propertyNames':
      return [[...path, params['propertyName']], ruleOf(schema as Schema, keyword), quote(params['propertyName'])]
    case 'discriminator':
      return [[...path, params['tag']], choiceText(tagValues(parent, params['tag']))]
    case 'not': {
      const { required } = schema as { required?: string[] }
      if (required === undefined) return [path, ruleOf(parent, keyword)]
      const [first, second = ''] = required
      return [[...path, second], `absent when '${first}' is given`]
    }
    default:
      return [path, ruleOf(parent, keyword)]
  }
}

const unknownField = (path: Path, field: string, parent: Schema): SchemaViolation => [
  [...path, field],
  { problem: `is not a known field${named('of', parent)}; known fields: ${fieldNames(parent).join(', ')}` },
]

const named = (preposition: string, { title }: Schema) => (title === undefined ? '' : ` ${preposition} ${title}`)

const fieldNames = ({ properties = {} }: Schema) => Object.keys(properties)

const tagValues = ({ oneOf = [] }: Schema, tag: string): unknown[] =>
  oneOf.map(({ properties }) => (properties as Record<string, { const?: unknown }>)[tag]?.const)

const choiceText = (values: readonly unknown[]) =>
  values.length > 3 ? `one of ${values.join(', ')}` : values.join(' or ')

const ruleOf = ({ enum: values, description }: Schema, keyword: string): string =>
  values === undefined ? (description ?? keyword) : choiceText(values)

const quote = (text: string) => redact(JSON.stringify(text))

/** Returns the segments of a JSON Pointer. */
export const parsePointer = (pointer: string): Path => pointer.split('/').slice(1).map(unescapeSegment)

function unescapeSegment(segment: string): string | number {
  const text = segment.replaceAll('~1', '/').replaceAll('~0', '~')
  return /^\d+$/.test(text) ? Number(text) : text
}

/** Returns the JSON Pointer of a path; `/` for the document itself. */
export const toPointer = (path: Path) =>
  `/${path.map((segment) => String(segment).replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`

const maxPreviewLength = 80

/** Returns the value at a path as JSON, without secrets and truncated. */
export function previewValueAt(content: unknown, path: Path): string {
  const value = path.reduce(
    (parent: unknown, segment) => (parent as Record<string, unknown> | null)?.[segment],
    content,
  )
  const text = path.at(-1) === 'value' ? '[redacted]' : redact(toJson(value))
  return text.length > maxPreviewLength ? `${text.slice(0, maxPreviewLength)}…` : text
}

// Without the values of keys. A YAML alias can make a value contain itself, which JSON.stringify rejects.
function toJson(value: unknown): string {
  try {
    return JSON.stringify(value, (field, each) => (field === 'value' ? '[redacted]' : each)) ?? 'nothing'
  } catch {
    return 'a value that contains itself'
  }
}

import type { ErrorObject } from 'ajv'
import { redact } from '../common/redaction.ts'
import { closestName } from '../common/suggest.ts'

// Turns Ajv's errors about seeds and control bodies into messages: where, by which rule, and the value. The rule is the
// `description` of the violated schema; the name of an object is its `title`.

/** The segments from the document to a part of it. */
export type Path = (string | number)[]

/** The rule for a value, a complete predicate about it, or a complete sentence. */
export type Rule = string | { problem: string } | { statement: string }

/** Where a schema is violated, the rule, and the value if it is not the one at that place. */
export type SchemaViolation = [at: Path, rule: Rule, got?: string]

export interface Schema {
  title?: string
  description?: string
  enum?: unknown[]
  properties?: Record<string, Schema>
  oneOf?: Schema[]
}

/** Returns the violation that Ajv's errors describe. Requires `verbose`. */
export function toViolation(errors: readonly ErrorObject[] | null | undefined): SchemaViolation {
  // For a choice between forms, the last error is about the choice itself; `if` adds nothing.
  return describeError(errors?.filter(({ keyword }) => keyword !== 'if').at(-1) as ErrorObject)
}

/** Returns all violations that Ajv's errors describe. Requires `verbose` and `allErrors`. */
export function toViolations(errors: readonly ErrorObject[]): SchemaViolation[] {
  // Of a choice between forms, only the error about the choice itself counts.
  const choices = errors.filter(({ keyword }) => keyword === 'anyOf').map(({ schemaPath }) => `${schemaPath}/`)
  const isBranch = ({ schemaPath }: ErrorObject) => choices.some((choice) => schemaPath.startsWith(choice))
  const relevant = errors.filter((error) => error.keyword !== 'if' && !isBranch(error))
  // A value of the wrong type breaks other rules as a consequence.
  const mistyped = new Set(relevant.filter(({ keyword }) => keyword === 'type').map(({ instancePath }) => instancePath))
  return relevant
    .filter(({ keyword, instancePath }) => keyword === 'type' || !mistyped.has(instancePath))
    .map(describeError)
}

function describeError({ keyword, instancePath, params, schema, parentSchema, data }: ErrorObject): SchemaViolation {
  const path = parsePointer(instancePath)
  const parent = (parentSchema ?? {}) as Schema
  switch (keyword) {
    case 'required': {
      const misspelled = misspellingOf(params['missingProperty'], data as object, parent)
      if (misspelled !== undefined) return unknownField(path, misspelled, data as object, parent)
      return [[...path, params['missingProperty']], { problem: `is required${named('for', parent)}` }]
    }
    case 'additionalProperties':
      return unknownField(path, params['additionalProperty'], data as object, parent)
    case 'propertyNames':
      return [[...path, params['propertyName']], ruleOf(schema as Schema, keyword), quote(params['propertyName'])]
    case 'discriminator':
      return invalidChoice([...path, params['tag']], tagValues(parent, params['tag']), params['tagValue'])
    case 'enum':
      return invalidChoice(path, params['allowedValues'], data)
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

/** Returns the violation of a field that the schema of its object does not know. */
export function unknownField(path: Path, field: string, data: object, schema: Schema): SchemaViolation {
  const suggestion = suggestField(field, data, schema)
  const hint = suggestion === undefined ? `known fields: ${fieldNames(schema).join(', ')}` : didYouMean(suggestion)
  return [[...path, field], { problem: `is not a known field${named('of', schema)}; ${hint}` }]
}

/** Returns the known field that was most likely meant by an unknown one. */
export const suggestField = (field: string, data: object, schema: Schema): string | undefined =>
  closestName(
    field,
    fieldNames(schema).filter((name) => !Object.hasOwn(data, name)),
  )

// An object can have any number of fields, and comparing each takes time.
const maxComparedFields = 100

/** Returns the unknown field that was most likely meant to be the missing one. */
const misspellingOf = (missing: string, data: object, schema: Schema): string | undefined =>
  Object.keys(data)
    .slice(0, maxComparedFields)
    .find((field) => !fieldNames(schema).includes(field) && suggestField(field, data, schema) === missing)

function invalidChoice(path: Path, choices: readonly unknown[], got: unknown): SchemaViolation {
  const rule = choiceText(choices)
  const suggestion = typeof got === 'string' ? closestName(got, choices.map(String)) : undefined
  return suggestion === undefined ? [path, rule] : [path, rule, `${quote(String(got))}; ${didYouMean(suggestion)}`]
}

export const didYouMean = (suggestion: string) => `did you mean ${quoteName(suggestion)}?`

/** Returns a name in backquotes for a message of one line, without secrets and truncated. */
export const quoteName = (name: string) => `\`${toOneLine(truncate(redact(name)))}\``

/** Escapes line breaks and characters that could control a terminal. */
export const toOneLine = (text: string) =>
  text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`)

const named = (preposition: string, { title }: Schema) => (title === undefined ? '' : ` ${preposition} ${title}`)

export const fieldNames = ({ properties = {} }: Schema) => Object.keys(properties)

const tagValues = ({ oneOf = [] }: Schema, tag: string): unknown[] =>
  oneOf.map(({ properties }) => (properties?.[tag] as { const?: unknown } | undefined)?.const)

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
  return truncate(path.at(-1) === 'value' ? '[redacted]' : redact(toJson(value)))
}

const truncate = (text: string) => (text.length > maxPreviewLength ? `${text.slice(0, maxPreviewLength)}…` : text)

// Without the values of keys. A YAML alias can make a value contain itself, which JSON.stringify rejects.
function toJson(value: unknown): string {
  try {
    return JSON.stringify(value, (field, each) => (field === 'value' ? '[redacted]' : each)) ?? 'nothing'
  } catch {
    return 'a value that contains itself'
  }
}

import type { ErrorObject } from 'ajv'
import { redact } from '../common/redaction.ts'

// What is wrong with a document of ours, a seed or the body of a control: where, by which rule, and what stands there. The
// rule is the description of the schema that is broken.

/** The steps from the document to a part of it. */
export type Path = (string | number)[]

/** What must be, or a sentence of its own about what is. */
export type Rule = string | { sentence: string }

/** Where it is, the rule that it breaks, and what stands there if that is not to be looked up. */
export type SchemaViolation = [at: Path, rule: Rule, got?: string]

/** The name is what is wrong; the value beside it may be a secret. */
const unknownField = (path: Path, field: string, whole: ErrorObject['parentSchema']): SchemaViolation => {
  const { description = 'it', properties } = whole ?? {}
  if (properties === undefined) return [[...path, field], `one of ${description}`, redact(JSON.stringify(field))]
  const [what] = description.split(': {')
  return [[...path, field], { sentence: `is no field of ${what}; there are ${fieldNames(whole).join(', ')}` }]
}

const fieldNames = (schema: ErrorObject['parentSchema']) => Object.keys(schema?.['properties'] ?? {})

function describeError({ keyword, instancePath, params, schema, parentSchema, data }: ErrorObject): SchemaViolation {
  const path = parsePointer(instancePath)
  switch (keyword) {
    case 'required': {
      // A field that is missing beside one that nobody knows has most likely been misspelt.
      const unknown = Object.keys(data as object).find((field) => !fieldNames(parentSchema).includes(field))
      if (unknown !== undefined) return unknownField(path, unknown, parentSchema)
      return [[...path, params['missingProperty']], 'given: the field is required']
    }
    case 'additionalProperties':
      return unknownField(path, params['additionalProperty'], parentSchema)
    case 'not': {
      const [first, second = ''] = (schema as { required: string[] }).required
      return [[...path, second], `left out beside '${first}'`]
    }
    case 'false schema':
      return [path, "left out beside 'generate' (it is of one key only)"]
    default:
      return [path, parentSchema?.['enum']?.join(' or ') ?? parentSchema?.['description'] ?? keyword]
  }
}

/** The steps of a JSON Pointer. */
export const parsePointer = (pointer: string): Path => pointer.split('/').slice(1).map(unescapeSegment)

function unescapeSegment(step: string): string | number {
  const text = step.replaceAll('~1', '/').replaceAll('~0', '~')
  return /^\d+$/.test(text) ? Number(text) : text
}

/** What the errors of Ajv (one at a time, `verbose`) come down to. */
export function toViolation(errors: readonly ErrorObject[] | null | undefined): SchemaViolation {
  // Of a choice between forms the last error is that of the choice itself, and `if` says nothing of its own.
  return describeError(errors?.filter(({ keyword }) => keyword !== 'if').at(-1) as ErrorObject)
}

/** A JSON Pointer; `/` for the document itself. */
export const toPointer = (path: Path) =>
  `/${path.map((step) => String(step).replaceAll('~', '~0').replaceAll('/', '~1')).join('/')}`

const maxPreviewLength = 80

/** What stands there, as JSON, without secrets. */
export function previewValueAt(content: unknown, path: Path): string {
  const value = path.reduce((parent: unknown, step) => (parent as Record<string, unknown> | null)?.[step], content)
  const text = path.at(-1) === 'value' ? '[redacted]' : redact(toJson(value))
  return text.length > maxPreviewLength ? `${text.slice(0, maxPreviewLength)}…` : text
}

/** As JSON, without the values of keys. An alias may stand inside of what it is an alias of. */
function toJson(value: unknown): string {
  try {
    return JSON.stringify(value, (field, each) => (field === 'value' ? '[redacted]' : each)) ?? 'nothing'
  } catch {
    return 'what contains itself'
  }
}

import type { ErrorObject, ValidateFunction } from 'ajv'
import { createAjv } from '../../openai/ajv.ts'
import { redact } from '../../redaction.ts'
import { type Path, readDocument, type SourceDocument } from './document.ts'
import { type SeedFile, seedJsonSchema } from './schema.ts'

/** A seed file that fits the schema, and its document for saying where something stands. */
export interface ParsedSeed {
  content: SeedFile
  mistake: SourceDocument['mistake']
}

let validate: ValidateFunction<SeedFile> | undefined

/** Parses and validates a seed. `file` is only for messages. Throws UserError for the first mistake. */
export function parseSeed(file: string, text: string): ParsedSeed {
  const { content, mistake } = readDocument(file, text)
  validate ??= createAjv().compile<SeedFile>(seedJsonSchema)
  if (validate(content)) return { content, mistake }
  // Of a choice between forms the last error is that of the choice itself, and `if` says nothing of its own.
  const error = validate.errors?.filter(({ keyword }) => keyword !== 'if').at(-1)
  throw mistake(...explain(error as ErrorObject))
}

/** Where it is, the rule that it breaks, and what stands there if that is not to be looked up. */
type Mistake = [at: Path, rule: string, got?: string]

/** The name is what is wrong; the value beside it may be a secret. */
const misnamed = (path: Path, field: string, fields: string[]): Mistake => [
  [...path, field],
  `one of ${fields.join(', ')}`,
  redact(JSON.stringify(field)),
]

function explain({ keyword, instancePath, params, parentSchema, data }: ErrorObject): Mistake {
  const path = instancePath.split('/').slice(1).map(unescapeStep)
  const fields = Object.keys(parentSchema?.['properties'] ?? {})
  switch (keyword) {
    case 'required': {
      // A field that is missing beside one that nobody knows has most likely been misspelt.
      const unknown = Object.keys(data as object).find((field) => !fields.includes(field))
      if (unknown !== undefined) return misnamed(path, unknown, fields)
      return [[...path, params['missingProperty']], 'given: the field is required']
    }
    case 'additionalProperties':
      return misnamed(path, params['additionalProperty'], fields)
    case 'false schema':
      return [path, "left out beside 'generate' (it is of one key only)"]
    default:
      return [path, parentSchema?.['enum']?.join(' or ') ?? parentSchema?.['description'] ?? keyword]
  }
}

function unescapeStep(step: string): string | number {
  const text = step.replaceAll('~1', '/').replaceAll('~0', '~')
  return /^\d+$/.test(text) ? Number(text) : text
}

import type { ValidateFunction } from 'ajv'
import { createAjv } from '../../schema/ajv.ts'
import type { SourceDocument } from '../../schema/document.ts'
import { toViolation } from '../../schema/schema-errors.ts'
import { parseYaml } from '../../schema/yaml.ts'
import { type SeedFile, seedJsonSchema } from './schema.ts'

/** A seed that matches the schema, and how to report what else is wrong with it. */
export interface ParsedSeed {
  content: SeedFile
  errorAt: SourceDocument['errorAt']
}

let validate: ValidateFunction<SeedFile> | undefined

/** Parses and validates a seed. `file` is only used in messages. Throws UserError for the first mistake. */
export function parseSeed(file: string, text: string): ParsedSeed {
  const { content, errorAt } = parseYaml(file, text)
  validate ??= createAjv().compile<SeedFile>(seedJsonSchema)
  if (validate(content)) return { content, errorAt }
  throw errorAt(...toViolation(validate.errors))
}

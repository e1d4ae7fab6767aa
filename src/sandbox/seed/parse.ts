import type { ValidateFunction } from 'ajv'
import { createAjv } from '../../schema/ajv.ts'
import type { SourceDocument } from '../../schema/document.ts'
import { findingOf } from '../../schema/schema-errors.ts'
import { readDocument } from '../../schema/yaml.ts'
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
  throw mistake(...findingOf(validate.errors))
}

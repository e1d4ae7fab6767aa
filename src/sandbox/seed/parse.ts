import type { ValidateFunction } from 'ajv'
import { UserError } from '../../common/user-error.ts'
import { createAjv } from '../../schema/ajv.ts'
import { DocumentError } from '../../schema/document.ts'
import { type Path, type Rule, toViolation } from '../../schema/schema-errors.ts'
import { parseYaml, type YamlDocument } from '../../schema/yaml.ts'
import { type SeedFile, seedJsonSchema } from './schema.ts'

/** A seed that matches the schema, and how to report what else is wrong with it. */
export interface ParsedSeed {
  content: SeedFile
  errorAt(path: Path, rule: Rule, got?: string): Error
}

let validate: ValidateFunction<SeedFile> | undefined

/** Parses and validates a seed. `file` is only used in messages. Throws UserError for the first mistake. */
export function parseSeed(file: string, text: string): ParsedSeed {
  const document = parseSeedYaml(file, text)
  const { content } = document
  const errorAt: ParsedSeed['errorAt'] = (path, rule, got) => toUserError(file, document.errorAt(path, rule, got))
  validate ??= createAjv().compile<SeedFile>(seedJsonSchema)
  if (validate(content)) return { content, errorAt }
  throw errorAt(...toViolation(validate.errors))
}

/** Parses the text of a seed without validating it. Throws UserError with the line if it is neither YAML nor JSON. */
export function parseSeedYaml(file: string, text: string): YamlDocument {
  try {
    return parseYaml(text)
  } catch (error) {
    throw error instanceof DocumentError ? toUserError(file, error) : error
  }
}

/** Returns where a mistake is, for the start of a message. */
export const seedPlace = (file: string, line: number | undefined): string =>
  line === undefined ? `seed ${file}` : `seed ${file}, line ${line}`

const toUserError = (file: string, { line, pointer, problem }: DocumentError) =>
  new UserError(`${seedPlace(file, line)}${pointer === undefined ? '' : `, ${pointer}`} ${problem}`)

import type { ValidateFunction } from 'ajv'
import { createAjv } from '../../schema/ajv.ts'
import { DocumentErrors, type SourceDocument } from '../../schema/document.ts'
import { createViolationFinder } from '../../schema/find-violations.ts'
import type { Path, Schema, SchemaViolation } from '../../schema/schema-errors.ts'
import { parseYaml } from '../../schema/yaml.ts'
import type { Mistakes } from './mistakes.ts'
import { SeedFile, SeedKey, seedJsonSchema } from './schema.ts'
import { SeedSource, toMistake, type ValidParts } from './source.ts'

/** Parses a seed and checks it against the schema. Returns undefined if it is neither YAML nor JSON. */
export function parseSeed(file: string, text: string, mistakes: Mistakes): SeedSource | undefined {
  const document = parseSeedText(file, text, mistakes)
  return document && checkSeed(file, document, mistakes)
}

/** Parses the text of a seed without checking it. Returns undefined if it is neither YAML nor JSON. */
export function parseSeedText(file: string, text: string, mistakes: Mistakes): SourceDocument | undefined {
  try {
    return parseYaml(text)
  } catch (error) {
    if (!(error instanceof DocumentErrors)) throw error
    for (const each of error.errors) mistakes.add(() => toMistake(file, each))
    return undefined
  }
}

/** Checks a seed against the schema. `file` is undefined for the body of a request. */
export function checkSeed(file: string | undefined, document: SourceDocument, mistakes: Mistakes): SeedSource {
  const source = new SeedSource(file, document, mistakes)
  // An empty file is an empty seed.
  const { content = {} } = document
  source.parts = isSeed(content) ? toParts(content) : findValidParts(content, source, mistakes)
  return source
}

const toParts = ({ keys = [], ...sections }: SeedFile): ValidParts => ({ sections, keys })

let validate: ValidateFunction<SeedFile> | undefined

function isSeed(content: unknown): content is SeedFile {
  validate ??= createAjv().compile<SeedFile>(seedJsonSchema)
  return validate(content)
}

type Segment = Path[number] | undefined

/** Reports violations of the schema and returns the valid parts, so that other mistakes in them are found as well. */
function findValidParts(content: unknown, source: SeedSource, mistakes: Mistakes): ValidParts {
  const invalidSections = new Set<Segment>()
  const invalidFields = new Map<Segment, Set<Segment>>()
  for (const [path, rule, got] of findSeedViolations(content)) {
    source.report(path, rule, got)
    if (mistakes.isFull) return { sections: {}, keys: [] }
    const [section, index, field] = path
    if (section !== 'keys' || index === undefined) invalidSections.add(section)
    else invalidFields.set(index, (invalidFields.get(index) ?? new Set()).add(field))
  }
  const { keys, ...sections } = { ...(content as SeedFile | null) }
  return {
    sections: without(sections, invalidSections),
    keys: Array.isArray(keys) ? keys.map((key, index) => validPart(key, invalidFields.get(index))) : [],
  }
}

/** Returns a key without its invalid fields; undefined if the key itself is invalid. */
function validPart(key: SeedKey, invalid: Set<Segment> | undefined): SeedKey | undefined {
  if (invalid === undefined) return key
  return invalid.has(undefined) ? undefined : (without(key, invalid) as SeedKey)
}

const without = (fields: object, invalid: Set<Segment>) =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !invalid.has(name)))

// Key by key, because Ajv would collect the errors of all keys.
const findSectionViolations = createViolationFinder({
  ...SeedFile,
  properties: { ...SeedFile.properties, keys: { ...SeedFile.properties.keys, items: {} } },
} as Schema)
const findKeyViolations = createViolationFinder(SeedKey as Schema)

function* findSeedViolations(content: unknown): Generator<SchemaViolation> {
  yield* findSectionViolations(content)
  const keys = (content as { keys?: unknown } | null)?.keys
  if (!Array.isArray(keys)) return
  for (const [index, key] of keys.entries()) {
    for (const [path, rule, got] of findKeyViolations(key)) {
      const at: Path = ['keys', index, ...path]
      yield got === undefined ? [at, rule] : [at, rule, got]
    }
  }
}

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

/** Reports what breaks the schema, and returns the rest. */
function findValidParts(content: unknown, source: SeedSource, mistakes: Mistakes): ValidParts {
  const invalidSections = new Set<Path[number] | undefined>()
  const invalidKeys = new Set<Path[number] | undefined>()
  for (const [path, rule, got] of findSeedViolations(content)) {
    source.report(path, rule, got)
    if (path[0] === 'keys' && path.length > 1) invalidKeys.add(path[1])
    else invalidSections.add(path[0])
    if (mistakes.isFull) return { sections: {}, keys: [] }
  }
  const { keys, ...sections } = { ...(content as SeedFile | null) }
  const valid = Object.entries(sections).filter(([name]) => !invalidSections.has(name))
  return {
    sections: Object.fromEntries(valid),
    keys: Array.isArray(keys) ? keys.map((key, index) => (invalidKeys.has(index) ? undefined : key)) : [],
  }
}

// Key by key: Ajv would keep the errors of all.
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

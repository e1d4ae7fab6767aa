import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { compareDocuments } from './compare-documents.ts'
import { mergeSlices, type OpenApiDocument } from './openapi-document.ts'
import { deliberateDifferences, unexpectedDifferences } from './upstream-differences.ts'

// npm run check:upstream -- FILE...: compares openapi.yaml with a published document or its slices, JSON or YAML.

const files = process.argv.slice(2)
if (files.length === 0) {
  console.error('usage: npm run check:upstream -- FILE...')
  process.exit(2)
}

const read = (path: string | URL) => parse(readFileSync(path, 'utf8'), { maxAliasCount: -1 }) as OpenApiDocument
const emulated = read(new URL('../openapi.yaml', import.meta.url))
const { differences, compared } = compareDocuments(emulated, mergeSlices(files.map(read)))
const unexpected = unexpectedDifferences(differences)
for (const text of unexpected) console.error(`check:upstream: ${text}`)
console.log(
  `check:upstream: ${compared.length} operations compared, ${deliberateDifferences.length} deliberate differences, ` +
    `${unexpected.length} unexpected`,
)
process.exitCode = unexpected.length > 0 ? 1 : 0

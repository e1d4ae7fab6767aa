import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { compareDocuments, type OpenApiDocument } from './compare-documents.ts'

// npm run check:upstream -- FILE: compares openapi.yaml with a published document, JSON or YAML.

const [file] = process.argv.slice(2)
if (file === undefined) {
  console.error('usage: npm run check:upstream -- FILE')
  process.exit(2)
}

const read = (path: string | URL) => parse(readFileSync(path, 'utf8'), { maxAliasCount: -1 }) as OpenApiDocument
const { differences, compared } = compareDocuments(read(new URL('../openapi.yaml', import.meta.url)), read(file))
for (const difference of differences) console.error(`check:upstream: ${difference}`)
console.log(`check:upstream: ${compared} operations compared, ${differences.length} differences`)
process.exitCode = differences.length > 0 || compared === 0 ? 1 : 0

import { existsSync, readFileSync } from 'node:fs'
import { mergeSlices, type OpenApiDocument } from '../../scripts/openapi-document.ts'

const folder = new URL('../../../shared/upstream/', import.meta.url)

const readSlice = (name: string) => JSON.parse(readFileSync(new URL(`${name}.openapi.json`, folder), 'utf8'))

/** The parts of OpenAI's published OpenAPI document that tests use. They are not in this repository, so they may be absent. */
export const upstream: OpenApiDocument | undefined = existsSync(folder)
  ? mergeSlices(['admin-api-keys', 'keys'].map(readSlice))
  : undefined

// Generates lib/index.d.ts and lib/index.d.cts: the declarations of src/library/ in one self-contained file, with body
// types derived from the schemas that validate them. Two files, because TypeScript distinguishes ES modules from
// CommonJS.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { documentFault } from '../src/faults/documented.ts'
import { ArmedFault } from '../src/faults/schemas.ts'
import { JournalEntrySchema } from '../src/journal/schemas.ts'
import { operationIds } from '../src/openai-api/admin-api-keys/operation-ids.ts'
import { BehaviorSchema } from '../src/openai-api/behavior.ts'
import { resetParts } from '../src/sandbox/reset-parts.ts'
import { SeedFile } from '../src/sandbox/seed/schema.ts'
import { type Schema, typeOf } from './schema-types.ts'

const root = new URL('../', import.meta.url)
const tsc = fileURLToPath(new URL('node_modules/typescript/bin/tsc', root))
execFileSync(process.execPath, [tsc, '-p', 'tsconfig.types.json'], { cwd: root, stdio: 'inherit' })

const behavior = { ...BehaviorSchema, required: Object.keys(BehaviorSchema.properties) }
const shapes = {
  ArmedFault: [ArmedFault, 'A fault that is armed or has been used up.'],
  Behavior: [behavior, 'How a sandbox responds where the behavior of the real service is unknown (LIMITS.md).'],
  FaultBody: [documentFault(operationIds), 'The request body that arms a fault, by kind.'],
  OperationId: [{ enum: operationIds }, 'An operation of the emulated API.'],
  RequestEntry: [JournalEntrySchema, 'A request to the emulated API, with secrets redacted.'],
  Resettable: [{ enum: resetParts }, 'A part of a sandbox that a reset can be limited to.'],
  SeedFile: [SeedFile, 'The state of a sandbox, as a seed or an export.'],
} as const

const schemaTypes = Object.entries(shapes).map(
  ([name, [schema, description]]) => `/** ${description} */\nexport type ${name} = ${typeOf(schema as Schema)};\n`,
)

/** Returns a declaration file without its imports and re-exports. */
function declarationsOf(file: string): string {
  const text = readFileSync(new URL(`dist/types/${file}.d.ts`, root), 'utf8')
  return text.replaceAll(/^(import|export type \{|export \{|\/\/\/) ?.*\n/gm, '')
}

const files = ['library/types', 'control-client/emulator-error', 'library/start-emulator', 'library/connect'].map(
  declarationsOf,
)
const reference = '/// <reference lib="esnext.disposable" preserve="true" />\n'
const text = [reference, ...schemaTypes, ...files].join('\n')
for (const file of ['lib/index.d.ts', 'lib/index.d.cts']) writeFileSync(new URL(file, root), text)

// Makes lib/index.d.ts and lib/index.d.cts: the declarations of src/library/ in one file that needs no other, with the
// shapes of bodies made of the schemas that validate them. Twice, for TypeScript tells modules from CommonJS.
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
  ArmedFault: [ArmedFault, 'A fault that is armed, or was.'],
  Behavior: [behavior, 'How a sandbox answers where the true answer of the service is not known (LIMITS.md).'],
  FaultBody: [documentFault(operationIds), 'What arms a fault, by its kind.'],
  OperationId: [{ enum: operationIds }, 'An operation of the emulated API.'],
  RequestEntry: [JournalEntrySchema, 'A request to the emulated API, without a secret in it.'],
  Resettable: [{ enum: resetParts }, 'What a reset may be limited to.'],
  SeedFile: [SeedFile, 'How a sandbox begins, or is.'],
} as const

const declared = Object.entries(shapes).map(
  ([name, [schema, words]]) => `/** ${words} */\nexport type ${name} = ${typeOf(schema as Schema)};\n`,
)

/** A declaration file without what it imports and hands on. */
function declarationsOf(file: string): string {
  const text = readFileSync(new URL(`dist/types/${file}.d.ts`, root), 'utf8')
  return text.replaceAll(/^(import|export type \{|export \{|\/\/\/) ?.*\n/gm, '')
}

const files = ['library/types', 'control-client/emulator-error', 'library/start-emulator', 'library/connect'].map(
  declarationsOf,
)
const reference = '/// <reference lib="esnext.disposable" preserve="true" />\n'
const text = [reference, ...declared, ...files].join('\n')
for (const file of ['lib/index.d.ts', 'lib/index.d.cts']) writeFileSync(new URL(file, root), text)

// Generates lib/index.d.cts, the declarations of src/library/ in one self-contained file, with types derived from the
// schemas; and lib/index.d.ts, because TypeScript distinguishes ES modules from CommonJS.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { AuditLogPage, AuditLogsQuery } from '../src/control-api/controls/audit-logs.ts'
import { DescribedSwitch } from '../src/control-api/controls/behavior.ts'
import { ClockChange, ClockState } from '../src/control-api/controls/clock.ts'
import { Connection } from '../src/control-api/controls/connection.ts'
import { KeyQuery, KeysQuery } from '../src/control-api/controls/key-query.ts'
import {
  AdminKeyWithState,
  CreatedKey,
  KeyPage,
  KeyWithState,
  NewKey,
  ProjectKeyWithState,
} from '../src/control-api/controls/key-schemas.ts'
import { ListedSandbox, NewSandbox } from '../src/control-api/controls/sandboxes.ts'
import { ListedSnapshot, Snapshot } from '../src/control-api/controls/snapshots.ts'
import { FaultBody, FaultMatch, ListedFault, PatchOperation } from '../src/faults/schemas.ts'
import { JournalQuery } from '../src/journal/filter.ts'
import { JournalEntrySchema } from '../src/journal/schemas.ts'
import { ExpectedRequest, Verification, VerificationResult } from '../src/journal/verification/schemas.ts'
import { eventTypes } from '../src/openai-api/audit-logs/event-types.ts'
import { AuditLog } from '../src/openai-api/audit-logs/schemas.ts'
import { BehaviorSchema } from '../src/openai-api/behavior.ts'
import { operationIds } from '../src/openai-api/operation-ids.ts'
import { resetParts } from '../src/sandbox/reset-parts.ts'
import { SeedFile } from '../src/sandbox/seed/schema.ts'
import { Ref } from '../src/schema/typebox.ts'
import { keyOf, type Schema, typeOf } from './schema-types.ts'

const root = new URL('../', import.meta.url)
const tsc = fileURLToPath(new URL('node_modules/typescript/bin/tsc', root))
execFileSync(process.execPath, [tsc, '-p', 'tsconfig.types.json'], { cwd: root, stdio: 'inherit' })

const behavior = { ...BehaviorSchema, required: Object.keys(BehaviorSchema.properties) }
const shapes = {
  AdminKeyWithState: [AdminKeyWithState, "An admin key as the API shows it, and its state by the sandbox's clock."],
  AuditEvent: [AuditLog, 'An event of the audit log. The field that its type names has the details.'],
  AuditLogPage: [AuditLogPage, 'A page of audit events.'],
  AuditLogsQuery: [AuditLogsQuery, 'The query parameters that list audit events.'],
  Behavior: [behavior, 'How a sandbox responds where the real behavior is unknown (docs/fidelity.md).'],
  ClockChange: [ClockChange, 'How to change a clock. `now` and `advance` exclude each other.'],
  ClockState: [ClockState, 'The current time of a sandbox.'],
  Connection: [Connection, 'What a client of a sandbox needs.'],
  CreatedKey: [CreatedKey, 'A new key with its value.'],
  DescribedSwitch: [
    DescribedSwitch,
    'What a switch decides, its value in a sandbox, and the evidence for its default.',
  ],
  EventType: [{ enum: eventTypes }, 'The type of an audit event.'],
  ExpectedRequest: [ExpectedRequest, 'A request that a client should have sent: every given field must be equal.'],
  FaultBody: [FaultBody, 'A fault to add, by its kind.'],
  FaultMatch: [FaultMatch, 'Limits a fault to the requests that match every given field.'],
  JournalEntry: [JournalEntrySchema, 'A request to the emulated API, without secrets.'],
  JournalQuery: [JournalQuery, 'The query parameters that filter the journal.'],
  KeyQuery: [KeyQuery, 'Which of two keys with the same id is meant.'],
  KeyPage: [KeyPage, 'A page of keys.'],
  KeysQuery: [KeysQuery, 'The query parameters that list keys.'],
  KeyWithState: [KeyWithState, 'A key of either kind.'],
  ListedFault: [ListedFault, 'A fault as the emulator lists it.'],
  ListedSandbox: [ListedSandbox, 'A sandbox as the emulator lists it.'],
  ListedSnapshot: [ListedSnapshot, 'A snapshot as the emulator lists it.'],
  NewKey: [NewKey, 'A key to create.'],
  NewSandbox: [NewSandbox, 'A sandbox to create: from the seed, as a copy, or from a snapshot.'],
  OperationId: [{ enum: operationIds }, 'An operation of the emulated API.'],
  PatchOperation: [PatchOperation, 'An operation of a JSON Patch (RFC 6902).'],
  ProjectKeyWithState: [
    ProjectKeyWithState,
    "A project key as the API shows it, its project, and its state by the sandbox's clock.",
  ],
  ResetPart: [{ enum: resetParts }, 'A part to which a reset can be limited.'],
  SeedFile: [SeedFile, 'The state of a sandbox: what it starts from, or an export.'],
  Snapshot: [Snapshot, 'A named copy of a sandbox.'],
  Verification: [Verification, 'What the journal should contain: a request and how often, or requests in order.'],
  VerificationResult: [VerificationResult, 'Whether the journal is as expected, and if not, what comes closest.'],
} as const

const names = new Map(Object.entries(shapes).map(([name, [schema]]) => [keyOf(schema as Schema), name]))
names.set(keyOf(Ref(AuditLog) as Schema), 'AuditEvent')
const schemaTypes = Object.entries(shapes).map(
  ([name, [schema, description]]) =>
    `/** ${description} */\nexport type ${name} = ${typeOf(schema as Schema, names)};\n`,
)

/** Returns a declaration file without its imports and re-exports. */
function declarationsOf(file: string): string {
  const text = readFileSync(new URL(`dist/types/${file}.d.ts`, root), 'utf8')
  return text.replaceAll(/^(import|export type \{[^}]*\}|export \{|\/\/\/) ?.*\n/gm, '')
}

const files = ['library/types', 'control-client/emulator-error', 'library/start-emulator', 'library/connect'].map(
  declarationsOf,
)
const reference = '/// <reference lib="esnext.disposable" preserve="true" />\n'
writeFileSync(new URL('lib/index.d.cts', root), [reference, ...schemaTypes, ...files].join('\n'))
// An ES module may take types from CommonJS, not the other way round.
writeFileSync(new URL('lib/index.d.ts', root), "export * from './index.cjs'\n")

import { constants } from 'node:buffer'
import type { FastifyInstance } from 'fastify'
import * as Type from 'typebox'
import { type ResetPart, resetParts } from '../../sandbox/reset-parts.ts'
import { exportState } from '../../sandbox/seed/export.ts'
import { type ExportSize, measureExport } from '../../sandbox/seed/export-size.ts'
import { mergeSeeds } from '../../sandbox/seed/merge.ts'
import { Mistakes } from '../../sandbox/seed/mistakes.ts'
import { checkSeed } from '../../sandbox/seed/parse.ts'
import { SeedFile } from '../../sandbox/seed/schema.ts'
import type { SandboxState } from '../../sandbox/state.ts'
import { Choice } from '../../schema/typebox.ts'
import type { ParsedBody } from '../body.ts'
import type { ControlDeps } from '../deps.ts'
import * as errors from '../errors.ts'
import { type ControlResponses, defineControl } from '../operation.ts'
import { computeInTurns } from './query.ts'

const ResetBody = Type.Object(
  {
    only: Type.Optional(
      Type.Array(Choice(resetParts), { minItems: 1, description: `a list of some of ${resetParts.join(', ')}` }),
    ),
  },
  { additionalProperties: false, description: 'an object: {only}' },
)
type ResetBody = Type.Static<typeof ResetBody>

const { projects, audit_logs, models, keys: seedKeys } = SeedFile.properties

const AddedSeed = Type.Object(
  { models, projects, audit_logs, keys: seedKeys },
  { additionalProperties: false, description: 'a seed with models, projects, audit events and keys only' },
)

// Validated by the handler, to report every mistake.
const AnyBody = Type.Unknown()

const exampleKeys = [
  { name: 'ci', expires_at: '+30d' },
  { generate: 3, name: 'load-{n}' },
]

const Loaded = Type.Object({
  keys: Type.Integer({ description: 'The number of admin keys that the sandbox lists now.' }),
})
const loadedResponse: ControlResponses = { 200: [Loaded, 'The state is loaded.'] }

/** Registers reset, export and import of a sandbox's state. */
export function registerState(app: FastifyInstance, { sandboxFor, registry, log }: ControlDeps): void {
  const reset = defineControl('emulator-reset', {
    summary: 'Reset the sandbox',
    description:
      'Returns to the initial state: all of it, or the parts that `only` names. Snapshots stay. Aborts requests in flight if keys or randomness are reset.',
    body: ResetBody,
    examples: [{ only: ['keys', 'journal'] }],
    responses: { 200: [Type.Object({ reset: Type.Array(Choice(resetParts)) }), 'The parts that were reset.'] },
    extraErrors: [409],
  })
  app.post<{ Body: ParsedBody<ResetBody> }>('/_emulator/reset', { schema: reset }, async (request) => {
    const { only } = request.body.content
    const parts: readonly ResetPart[] = only ?? resetParts
    const sandbox = sandboxFor(request)
    await sandbox.reset(parts)
    log.info({ sandbox: sandbox.name, only }, 'sandbox reset')
    return { reset: parts }
  })

  const getState = defineControl('emulator-state-export', {
    summary: 'Export the state',
    description:
      'Returns a seed. A sandbox loaded from it lists, paginates and authenticates the same. Keys are in order of insertion and include deleted keys; their values are SHA-256 digests.',
    responses: { 200: [SeedFile, 'The state.'] },
    extraErrors: [413],
  })
  app.get('/_emulator/state', { schema: getState }, async (request, reply) => {
    const text = await computeInTurns(sandboxFor(request), exportText, reply)
    reply.type('application/json; charset=utf-8')
    return text
  })

  const replaceState = defineControl('emulator-state-replace', {
    summary: 'Replace the state',
    description:
      'Replaces the state with this seed; omitted sections get their defaults. A later reset still returns to the initial state. Aborts requests in flight.',
    body: AnyBody,
    openapiBody: SeedFile,
    requiresBody: true,
    carriesState: true,
    examples: [{ behavior: { auth: 'strict' }, clock: { now: '2026-01-01T00:00:00Z' }, keys: exampleKeys }],
    responses: loadedResponse,
  })
  app.put<{ Body: ParsedBody<unknown> }>('/_emulator/state', { schema: replaceState }, async (request) => {
    const mistakes = new Mistakes()
    const seed = mergeSeeds([checkSeed(undefined, request.body, mistakes)], mistakes, registry.defaults.adminKey)
    const sandbox = sandboxFor(request)
    await sandbox.load(seed)
    const keys = sandbox.state.store.adminApiKeys.count()
    log.info({ sandbox: sandbox.name, keys }, 'state replaced')
    return { keys }
  })

  const addState = defineControl('emulator-state-add', {
    summary: 'Add to the state',
    description:
      'Adds the projects with all that is in them, audit events, models and admin keys of a seed, which has no other section. If one has a mistake, or an id, a value or a model exists already, nothing is added. Relative times count from the present time of the sandbox.',
    body: AnyBody,
    openapiBody: AddedSeed,
    requiresBody: true,
    carriesState: true,
    examples: [{ keys: exampleKeys }, { projects: [{ name: 'Web', service_accounts: [{ name: 'ci' }] }] }],
    responses: loadedResponse,
  })
  app.post<{ Body: ParsedBody<unknown> }>('/_emulator/state', { schema: addState }, async (request) => {
    const mistakes = new Mistakes()
    const seed = checkSeed(undefined, request.body, mistakes)
    const sandbox = sandboxFor(request)
    await sandbox.add(seed, mistakes)
    const keys = sandbox.state.store.adminApiKeys.count()
    log.info({ sandbox: sandbox.name, keys }, 'state added')
    return { keys }
  })
}

// The response is one string.
const maxExportLength = constants.MAX_STRING_LENGTH

function* exportText(state: SandboxState): Generator<void, string | undefined> {
  // Before, because building an export that is too large can take more memory than there is.
  const size = yield* measureExport(state)
  if (size === undefined) return undefined
  if (size.bytes > maxExportLength) throw exportTooLarge(size)
  try {
    return JSON.stringify(exportState(state))
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw exportTooLarge(size)
  }
}

function exportTooLarge({ keys, bytes }: ExportSize) {
  const inMegabytes = (length: number) => `${Math.floor(length / 1e6)} MB`
  const limit = inMegabytes(maxExportLength)
  // The bytes are measured: possibly less than the limit although the JSON is longer.
  const length = bytes > maxExportLength ? `about ${inMegabytes(bytes)}` : `over ${limit}`
  return errors.exportTooLarge(
    `The state cannot be exported: it has ${keys} keys, including deleted keys, and would be ${length} of JSON; an export has at most ${limit}. Take a snapshot or copy the sandbox to keep the state; GET /_emulator/keys lists its keys in pages.`,
    `keys=${keys}; limit=${maxExportLength}`,
  )
}

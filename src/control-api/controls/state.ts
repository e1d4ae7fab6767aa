import type { FastifyInstance } from 'fastify'
import * as Type from 'typebox'
import { type ResetPart, resetParts } from '../../sandbox/reset-parts.ts'
import { exportState } from '../../sandbox/seed/export.ts'
import { mergeSeeds } from '../../sandbox/seed/merge.ts'
import { SeedFile } from '../../sandbox/seed/schema.ts'
import { Choice } from '../../schema/typebox.ts'
import type { ParsedBody } from '../body.ts'
import { defineControl } from '../operation.ts'
import type { ControlDeps } from '../plugin.ts'

const ResetBody = Type.Object(
  {
    what: Type.Optional(
      Type.Array(Choice(resetParts), { minItems: 1, description: `a list of some of ${resetParts.join(', ')}` }),
    ),
  },
  { additionalProperties: false, description: 'an object: {what}' },
)
type ResetBody = Type.Static<typeof ResetBody>

const KeysOnlySeed = Type.Object(
  { keys: SeedFile.properties.keys },
  { additionalProperties: false, description: 'a seed of keys alone' },
)

const exampleKeys = [
  { name: 'ci', expires_at: '+30d' },
  { generate: 3, name: 'load-{n}' },
]

const Loaded = Type.Object({ keys: Type.Integer({ description: 'How many keys the sandbox lists now.' }) })
const loadedResponse: Record<number, [Type.TSchema, string]> = { 200: [Loaded, 'The state is loaded.'] }

/** The state of a sandbox: back to its beginning, out, and in. */
export function registerState(app: FastifyInstance, { sandboxFor }: ControlDeps): void {
  const reset = defineControl('emulator-reset', {
    summary: 'Reset the sandbox',
    description:
      'It goes back to what it began as, or those parts of it that `what` names do. Snapshots stay. Requests in flight are cut, unless neither keys nor randomness are reset.',
    body: ResetBody,
    examples: [{ what: ['keys', 'journal'] }],
    responses: { 200: [Type.Object({ reset: Type.Array(Choice(resetParts)) }), 'What was reset.'] },
  })
  app.post<{ Body: ParsedBody<ResetBody> }>('/_emulator/reset', { schema: reset }, (request) => {
    const what: readonly ResetPart[] = request.body.content.what ?? resetParts
    sandboxFor(request).reset(what)
    return { reset: what }
  })

  const getState = defineControl('emulator-state-export', {
    summary: 'Export the state',
    description:
      'As a seed: loaded elsewhere it lists, pages and authenticates the same. Its keys are in order of insertion, deleted ones among them; of their values only the SHA-256.',
    responses: { 200: [SeedFile, 'The state.'] },
  })
  app.get('/_emulator/state', { schema: getState }, (request) => exportState(sandboxFor(request).state))

  const replaceState = defineControl('emulator-state-replace', {
    summary: 'Replace the state',
    description:
      'By this seed; a section that it lacks gets its default. A later reset still goes back to what the sandbox began as. Requests in flight are cut.',
    body: SeedFile,
    examples: [{ behavior: { auth: 'strict' }, clock: { now: '2026-01-01T00:00:00Z' }, keys: exampleKeys }],
    responses: loadedResponse,
  })
  app.put<{ Body: ParsedBody<SeedFile> }>('/_emulator/state', { schema: replaceState }, (request) => {
    const sandbox = sandboxFor(request)
    sandbox.load(mergeSeeds([request.body]))
    return { keys: sandbox.state.store.count() }
  })

  const addState = defineControl('emulator-state-add', {
    summary: 'Add keys',
    description: 'The keys of this seed, which has no other section. All of them or, where one has a mistake, none.',
    body: SeedFile,
    openapiBody: KeysOnlySeed,
    examples: [{ keys: exampleKeys }],
    responses: loadedResponse,
  })
  app.post<{ Body: ParsedBody<SeedFile> }>('/_emulator/state', { schema: addState }, (request) => {
    const sandbox = sandboxFor(request)
    sandbox.add(request.body)
    return { keys: sandbox.state.store.count() }
  })
}

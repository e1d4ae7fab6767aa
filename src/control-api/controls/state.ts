import type { FastifyInstance } from 'fastify'
import * as Type from 'typebox'
import { type Resettable, resettables } from '../../sandbox/reset-parts.ts'
import { exportState } from '../../sandbox/seed/export.ts'
import { mergeSeeds } from '../../sandbox/seed/merge.ts'
import { SeedFile } from '../../sandbox/seed/schema.ts'
import { Choice } from '../../schema/typebox.ts'
import type { Sent } from '../body.ts'
import { control } from '../operation.ts'
import type { ControlOptions } from '../plugin.ts'

const ResetBody = Type.Object(
  {
    what: Type.Optional(
      Type.Array(Choice(resettables), { minItems: 1, description: `a list of some of ${resettables.join(', ')}` }),
    ),
  },
  { additionalProperties: false, description: 'an object: {what}' },
)
type ResetBody = Type.Static<typeof ResetBody>

const Addition = Type.Object(
  { keys: SeedFile.properties.keys },
  { additionalProperties: false, description: 'a seed of keys alone' },
)

const exampleKeys = [
  { name: 'ci', expires_at: '+30d' },
  { generate: 3, name: 'load-{n}' },
]

const Loaded = Type.Object({ keys: Type.Integer({ description: 'How many keys the sandbox lists now.' }) })
const loaded: Record<number, [Type.TSchema, string]> = { 200: [Loaded, 'The state is loaded.'] }

/** The state of a sandbox: back to its beginning, out, and in. */
export function registerState(app: FastifyInstance, { addressed }: ControlOptions): void {
  const reset = control('emulator-reset', {
    summary: 'Reset the sandbox',
    description:
      'It goes back to what it began as, or those parts of it that `what` names do. Snapshots stay. Requests in flight are cut, unless neither keys nor randomness are reset.',
    body: ResetBody,
    examples: [{ what: ['keys', 'journal'] }],
    answers: { 200: [Type.Object({ reset: Type.Array(Choice(resettables)) }), 'What was reset.'] },
  })
  app.post<{ Body: Sent<ResetBody> }>('/_emulator/reset', { schema: reset }, (request) => {
    const what: readonly Resettable[] = request.body.content.what ?? resettables
    addressed(request).reset(what)
    return { reset: what }
  })

  const getState = control('emulator-state-export', {
    summary: 'Export the state',
    description:
      'As a seed: loaded elsewhere it lists, pages and authenticates the same. Its keys are in order of insertion, deleted ones among them; of their values only the SHA-256.',
    answers: { 200: [SeedFile, 'The state.'] },
  })
  app.get('/_emulator/state', { schema: getState }, (request) => exportState(addressed(request).state))

  const putState = control('emulator-state-replace', {
    summary: 'Replace the state',
    description:
      'By this seed; a section that it lacks gets its default. A later reset still goes back to what the sandbox began as. Requests in flight are cut.',
    body: SeedFile,
    examples: [{ behavior: { auth: 'strict' }, clock: { now: '2026-01-01T00:00:00Z' }, keys: exampleKeys }],
    answers: loaded,
  })
  app.put<{ Body: Sent<SeedFile> }>('/_emulator/state', { schema: putState }, (request) => {
    const sandbox = addressed(request)
    sandbox.load(mergeSeeds([request.body]))
    return { keys: sandbox.state.store.count() }
  })

  const postState = control('emulator-state-add', {
    summary: 'Add keys',
    description: 'The keys of this seed, which has no other section. All of them or, where one has a mistake, none.',
    body: SeedFile,
    documentedBody: Addition,
    examples: [{ keys: exampleKeys }],
    answers: loaded,
  })
  app.post<{ Body: Sent<SeedFile> }>('/_emulator/state', { schema: postState }, (request) => {
    const sandbox = addressed(request)
    sandbox.add(request.body)
    return { keys: sandbox.state.store.count() }
  })
}

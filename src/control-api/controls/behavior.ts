import type { FastifyInstance } from 'fastify'
import * as Type from 'typebox'
import { type Behavior, BehaviorSchema } from '../../openai-api/behavior.ts'
import type { Sent } from '../body.ts'
import { control } from '../operation.ts'
import type { ControlOptions } from '../plugin.ts'

// Type.Required would bring the whole engine of TypeBox into the program.
const { properties } = BehaviorSchema
const AllBehaviors = Type.Unsafe<Behavior>({ type: 'object', required: Object.keys(properties), properties })

const answers: Record<number, [Type.TSchema, string]> = { 200: [AllBehaviors, 'All switches of the sandbox.'] }

/** The switches for what is not known of the real service. */
export function registerBehavior(app: FastifyInstance, { addressed }: ControlOptions): void {
  const getBehavior = control('emulator-behavior-get', {
    summary: 'Read the behaviours',
    description: 'How the sandbox answers where the true answer of the service is not known (LIMITS.md).',
    answers,
  })
  app.get('/_emulator/behavior', { schema: getBehavior }, (request) => addressed(request).settings.behavior)

  const changeBehavior = control('emulator-behavior-change', {
    summary: 'Change behaviours',
    description: 'Those that are named; the others stay.',
    body: BehaviorSchema,
    examples: [{ deleted_cursor: 'reject' }],
    answers,
  })
  app.patch<{ Body: Sent<Partial<Behavior>> }>('/_emulator/behavior', { schema: changeBehavior }, (request) => {
    const sandbox = addressed(request)
    sandbox.setBehavior(request.body.content)
    return sandbox.settings.behavior
  })
}

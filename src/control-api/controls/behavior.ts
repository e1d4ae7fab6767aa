import type { FastifyInstance } from 'fastify'
import * as Type from 'typebox'
import { type Behavior, BehaviorSchema } from '../../openai-api/behavior.ts'
import type { ParsedBody } from '../body.ts'
import { defineControl } from '../operation.ts'
import type { ControlDeps } from '../plugin.ts'

// Type.Required would bring the whole engine of TypeBox into the program.
const { properties } = BehaviorSchema
const AllBehaviors = Type.Unsafe<Behavior>({ type: 'object', required: Object.keys(properties), properties })

const responses: Record<number, [Type.TSchema, string]> = { 200: [AllBehaviors, 'All switches of the sandbox.'] }

/** The switches for what is not known of the real service. */
export function registerBehavior(app: FastifyInstance, { sandboxFor }: ControlDeps): void {
  const getBehavior = defineControl('emulator-behavior-get', {
    summary: 'Read the behaviours',
    description: 'How the sandbox answers where the true answer of the service is not known (LIMITS.md).',
    responses,
  })
  app.get('/_emulator/behavior', { schema: getBehavior }, (request) => sandboxFor(request).settings.behavior)

  const changeBehavior = defineControl('emulator-behavior-change', {
    summary: 'Change behaviours',
    description: 'Those that are named; the others stay.',
    body: BehaviorSchema,
    examples: [{ deleted_cursor: 'reject' }],
    responses,
  })
  app.patch<{ Body: ParsedBody<Partial<Behavior>> }>('/_emulator/behavior', { schema: changeBehavior }, (request) => {
    const sandbox = sandboxFor(request)
    sandbox.setBehavior(request.body.content)
    return sandbox.settings.behavior
  })
}

import type { FastifyInstance } from 'fastify'
import * as Type from 'typebox'
import { type Behavior, BehaviorSchema } from '../../openai-api/behavior.ts'
import type { ParsedBody } from '../body.ts'
import type { ControlDeps } from '../deps.ts'
import { type ControlResponses, defineControl } from '../operation.ts'

// Type.Required would bundle all of TypeBox into the program.
const { properties } = BehaviorSchema
const AllSwitches = Type.Unsafe<Behavior>({ type: 'object', required: Object.keys(properties), properties })

const responses: ControlResponses = { 200: [AllSwitches, 'All switches of the sandbox.'] }

/** Registers the switches for what is unknown about the real API. */
export function registerBehavior(app: FastifyInstance, { sandboxFor, log }: ControlDeps): void {
  const getBehavior = defineControl('emulator-behavior-get', {
    summary: 'Get the behavior',
    description: 'How the sandbox responds where the real behavior is unknown (docs/fidelity.md).',
    responses,
  })
  app.get('/_emulator/behavior', { schema: getBehavior }, (request) => sandboxFor(request).settings.behavior)

  const changeBehavior = defineControl('emulator-behavior-change', {
    summary: 'Change the behavior',
    description: 'Changes the given switches and keeps the others.',
    body: BehaviorSchema,
    examples: [{ deleted_cursor: 'reject' }],
    responses,
  })
  app.patch<{ Body: ParsedBody<Partial<Behavior>> }>('/_emulator/behavior', { schema: changeBehavior }, (request) => {
    const sandbox = sandboxFor(request)
    sandbox.setBehavior(request.body.content)
    log.info({ sandbox: sandbox.name, behavior: request.body.content }, 'behavior changed')
    return sandbox.settings.behavior
  })
}

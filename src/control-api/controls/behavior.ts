import type { FastifyInstance } from 'fastify'
import * as Type from 'typebox'
import { type Behavior, BehaviorSchema } from '../../openai-api/behavior.ts'
import { switches, switchNames } from '../../openai-api/switches.ts'
import { Choice } from '../../schema/typebox.ts'
import type { ParsedBody } from '../body.ts'
import type { ControlDeps } from '../deps.ts'
import { type ControlResponses, defineControl } from '../operation.ts'

// Type.Required would bundle all of TypeBox into the program.
const { properties } = BehaviorSchema
const AllSwitches = Type.Unsafe<Behavior>({ type: 'object', required: Object.keys(properties), properties })

/** A switch with its value in a sandbox. */
export const DescribedSwitch = Type.Object({
  name: Type.String({ description: 'The name of the switch.' }),
  value: Type.String({ description: 'Its value in the sandbox.' }),
  title: Type.String({ description: 'What it decides. Code in texts is in backticks.' }),
  values: Type.Array(
    Type.Object({
      value: Type.String({ description: 'The value.' }),
      description: Type.String({ description: 'What it means.' }),
    }),
    { description: 'Its values; the first is the default.' },
  ),
  evidence: Choice(['spec', 'sdk', 'recorded', 'sibling', 'assumed', 'emulator only'], {
    description: 'How well the default is supported (docs/fidelity.md).',
  }),
  reason: Type.String({ description: 'Why there is a choice.' }),
})
export type DescribedSwitch = Type.Static<typeof DescribedSwitch>

const DescribedSwitches = Type.Object({ data: Type.Array(DescribedSwitch) })

const responses: ControlResponses = { 200: [AllSwitches, 'All switches of the sandbox.'] }

/** Registers the switches for what is unknown about the real API. */
export function registerBehavior(app: FastifyInstance, { sandboxFor, log }: ControlDeps): void {
  const getBehavior = defineControl('emulator-behavior-get', {
    summary: 'Get the behavior',
    description: 'How the sandbox responds where the real behavior is unknown (docs/fidelity.md).',
    responses,
  })
  app.get('/_emulator/behavior', { schema: getBehavior }, (request) => sandboxFor(request).settings.behavior)

  const listSwitches = defineControl('emulator-behavior-switches', {
    summary: 'List the switches',
    description: 'What each switch decides, what its values mean, and the evidence for its default (docs/fidelity.md).',
    responses: { 200: [DescribedSwitches, 'All switches.'] },
  })
  app.get('/_emulator/behavior/switches', { schema: listSwitches }, (request) => ({
    data: describeSwitches(sandboxFor(request).settings.behavior),
  }))

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

const describeSwitches = (behavior: Behavior): DescribedSwitch[] =>
  switchNames.map((name) => {
    const { title, values, evidence, reason } = switches[name]
    const described = Object.entries(values).map(([value, description]) => ({ value, description }))
    return { name, value: behavior[name], title, values: described, evidence, reason }
  })

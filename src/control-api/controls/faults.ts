import type { FastifyInstance } from 'fastify'
import * as Type from 'typebox'
import { documentFault, faultExamples } from '../../faults/documented.ts'
import { toRule } from '../../faults/parse.ts'
import { type Armed, remaining } from '../../faults/registry.ts'
import { ArmedFault, FaultBody } from '../../faults/schemas.ts'
import { link, Ref } from '../../schema/typebox.ts'
import type { Sent } from '../body.ts'
import * as errors from '../errors.ts'
import { control } from '../operation.ts'
import type { ControlOptions } from '../plugin.ts'

const FaultParams = Type.Object({ fault_id: Type.String({ description: 'The id of the fault.' }) })
const Disarmed = Type.Object({ deleted: Type.Array(Type.String()) })

/** Programmed failures of the emulated API. */
export function registerFaults(app: FastifyInstance, { addressed, exampleAnswers }: ControlOptions): void {
  const documented = documentFault(Object.keys(exampleAnswers))
  app.addSchema(documented)
  const armFault = control('emulator-faults-arm', {
    summary: 'Arm a fault',
    description:
      'The first that is armed and fits fires first, as often as `times` says. One that could never fire is refused. It befalls authenticated requests only.',
    body: FaultBody,
    documentedBody: Ref(documented),
    examples: faultExamples,
    answers: { 201: [ArmedFault, 'The fault is armed.'] },
  })
  const links = {
    201: { disarm: link('emulator-faults-disarm', 'Disarms it.', { fault_id: '$response.body#/id' }) },
  }
  app.post<{ Body: Sent<FaultBody> }>('/_emulator/faults', { schema: armFault, links }, (request, reply) => {
    const rule = toRule(request.body, exampleAnswers)
    reply.code(201)
    return show(addressed(request).faults.arm(rule))
  })

  const listFaults = control('emulator-faults-list', {
    summary: 'List the faults',
    description: 'Those that are armed, and those that are used up; `hits` 0 is one that has not fired yet.',
    answers: { 200: [Type.Object({ data: Type.Array(ArmedFault) }), 'The faults, first armed first.'] },
  })
  app.get('/_emulator/faults', { schema: listFaults }, (request) => ({ data: addressed(request).faults.all.map(show) }))

  const disarmAll = control('emulator-faults-disarm-all', {
    summary: 'Disarm all faults',
    description: 'What is already delayed or hangs goes on.',
    answers: { 200: [Disarmed, 'Their ids.'] },
  })
  app.delete('/_emulator/faults', { schema: disarmAll }, (request) => {
    const { faults } = addressed(request)
    const deleted = faults.all.map(({ id }) => id)
    faults.disarmAll()
    return { deleted }
  })

  const disarmFault = control('emulator-faults-disarm', {
    summary: 'Disarm a fault',
    description: 'What it has already befallen goes on.',
    params: FaultParams,
    answers: { 200: [Disarmed, 'Its id.'] },
    refuses: [404],
  })
  app.delete<{ Params: { fault_id: string } }>('/_emulator/faults/:fault_id', { schema: disarmFault }, (request) => {
    const { fault_id } = request.params
    if (!addressed(request).faults.disarm(fault_id)) throw errors.faultNotFound(fault_id)
    return { deleted: [fault_id] }
  })
}

function show(armed: Armed) {
  const { id, rule, hits, unapplied } = armed
  const { effect, operation, match, when, times, skip } = rule
  if (effect.kind === 'rate_limit') {
    const { window_ms: _, ...limit } = effect
    return { id, operation, match, ...limit, hits, remaining: null }
  }
  const counted = effect.kind === 'mutate' ? { hits, unapplied } : { hits }
  return { id, operation, match, when, times, skip, ...effect, ...counted, remaining: remaining(armed) }
}

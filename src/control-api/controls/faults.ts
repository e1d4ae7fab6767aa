import type { FastifyInstance } from 'fastify'
import * as Type from 'typebox'
import { documentFault, faultExamples } from '../../faults/documented.ts'
import { parseFault } from '../../faults/parse.ts'
import { type RegisteredFault, remaining } from '../../faults/registry.ts'
import { ArmedFault, FaultBody } from '../../faults/schemas.ts'
import { link, Ref } from '../../schema/typebox.ts'
import type { ParsedBody } from '../body.ts'
import * as errors from '../errors.ts'
import { defineControl } from '../operation.ts'
import type { ControlDeps } from '../plugin.ts'

const FaultParams = Type.Object({ fault_id: Type.String({ description: 'The id of the fault.' }) })
const Deleted = Type.Object({ deleted: Type.Array(Type.String()) })

/** Programmed failures of the emulated API. */
export function registerFaults(app: FastifyInstance, { sandboxFor, exampleResponses }: ControlDeps): void {
  const faultSchema = documentFault(Object.keys(exampleResponses))
  app.addSchema(faultSchema)
  const addFault = defineControl('emulator-faults-arm', {
    summary: 'Arm a fault',
    description:
      'The first that is armed and fits fires first, as often as `times` says. One that could never fire is refused. It befalls authenticated requests only.',
    body: FaultBody,
    openapiBody: Ref(faultSchema),
    examples: faultExamples,
    responses: { 201: [ArmedFault, 'The fault is armed.'] },
  })
  const links = {
    201: { disarm: link('emulator-faults-disarm', 'Disarms it.', { fault_id: '$response.body#/id' }) },
  }
  app.post<{ Body: ParsedBody<FaultBody> }>('/_emulator/faults', { schema: addFault, links }, (request, reply) => {
    const rule = parseFault(request.body, exampleResponses)
    reply.code(201)
    return toArmedFault(sandboxFor(request).faults.add(rule))
  })

  const listFaults = defineControl('emulator-faults-list', {
    summary: 'List the faults',
    description: 'Those that are armed, and those that are used up; `hits` 0 is one that has not fired yet.',
    responses: { 200: [Type.Object({ data: Type.Array(ArmedFault) }), 'The faults, first armed first.'] },
  })
  app.get('/_emulator/faults', { schema: listFaults }, (request) => ({
    data: sandboxFor(request).faults.all.map(toArmedFault),
  }))

  const deleteFaults = defineControl('emulator-faults-disarm-all', {
    summary: 'Disarm all faults',
    description: 'What is already delayed or hangs goes on.',
    responses: { 200: [Deleted, 'Their ids.'] },
  })
  app.delete('/_emulator/faults', { schema: deleteFaults }, (request) => {
    const { faults } = sandboxFor(request)
    const deleted = faults.all.map(({ id }) => id)
    faults.clear()
    return { deleted }
  })

  const deleteFault = defineControl('emulator-faults-disarm', {
    summary: 'Disarm a fault',
    description: 'What it has already befallen goes on.',
    params: FaultParams,
    responses: { 200: [Deleted, 'Its id.'] },
    extraErrors: [404],
  })
  app.delete<{ Params: { fault_id: string } }>('/_emulator/faults/:fault_id', { schema: deleteFault }, (request) => {
    const { fault_id } = request.params
    if (!sandboxFor(request).faults.delete(fault_id)) throw errors.faultNotFound(fault_id)
    return { deleted: [fault_id] }
  })
}

function toArmedFault(armed: RegisteredFault) {
  const { id, fault, hits, unapplied } = armed
  const { effect, operation, match, when, times, skip } = fault
  if (effect.kind === 'rate_limit') {
    const { window_ms: _, ...limit } = effect
    return { id, operation, match, ...limit, hits, remaining: null }
  }
  const counts = effect.kind === 'mutate' ? { hits, unapplied } : { hits }
  return { id, operation, match, when, times, skip, ...effect, ...counts, remaining: remaining(armed) }
}

import type { FastifyInstance } from 'fastify'
import * as Type from 'typebox'
import { faultExamples } from '../../faults/examples.ts'
import { parseFault } from '../../faults/parse.ts'
import { maxFaultLength, maxFaults, type RegisteredFault, remaining } from '../../faults/registry.ts'
import { FaultBody, ListedFault } from '../../faults/schemas.ts'
import { link } from '../../schema/openapi-operation.ts'
import { Ref } from '../../schema/typebox.ts'
import type { ParsedBody } from '../body.ts'
import type { ControlDeps } from '../deps.ts'
import * as errors from '../errors.ts'
import { defineControl } from '../operation.ts'

const FaultParams = Type.Object({ fault_id: Type.String({ description: 'The id of the fault.' }) })
const Deleted = Type.Object({ deleted: Type.Array(Type.String()) })

/** Registers fault injection into the emulated API. */
export function registerFaults(app: FastifyInstance, { sandboxFor, log }: ControlDeps): void {
  app.addSchema(FaultBody)
  const addFault = defineControl('emulator-faults-add', {
    summary: 'Add a fault',
    description:
      'The first fault that matches a request fires, up to `times` times. Faults apply only to authenticated requests. A fault that can never fire is rejected. A sandbox has at most 1,000 faults with 4 MiB of JSON in total.',
    body: FaultBody,
    openapiBody: Ref(FaultBody),
    examples: faultExamples,
    responses: { 201: [ListedFault, 'The fault is active.'] },
    extraErrors: [409],
  })
  const links = {
    201: { delete: link('emulator-faults-delete', 'Removes the fault.', { fault_id: '$response.body#/id' }) },
  }
  app.post<{ Body: ParsedBody<FaultBody> }>('/_emulator/faults', { schema: addFault, links }, (request, reply) => {
    const fault = parseFault(request.body)
    const { faults, name, changes } = sandboxFor(request)
    const added = faults.add(fault)
    if (added === undefined) throw errors.faultLimit(maxFaults, maxFaultLength)
    const listed = toListedFault(added)
    const { id, operation, kind, times } = listed
    log.info({ sandbox: name, fault: id, operation, kind, times }, 'fault added')
    changes.notify('faults')
    reply.code(201)
    return listed
  })

  const listFaults = defineControl('emulator-faults-list', {
    summary: 'List the faults',
    description: 'Lists all faults, including used-up faults. `hits` is 0 until a fault has fired.',
    responses: { 200: [Type.Object({ data: Type.Array(ListedFault) }), 'The faults, oldest first.'] },
  })
  app.get('/_emulator/faults', { schema: listFaults }, (request) => ({
    data: sandboxFor(request).faults.all.map(toListedFault),
  }))

  const deleteFaults = defineControl('emulator-faults-delete-all', {
    summary: 'Remove all faults',
    description: 'Requests that a fault already delays or hangs are not affected.',
    responses: { 200: [Deleted, 'The ids of the faults.'] },
  })
  app.delete('/_emulator/faults', { schema: deleteFaults }, (request) => {
    const { faults, name, changes } = sandboxFor(request)
    const deleted = faults.all.map(({ id }) => id)
    faults.clear()
    log.info({ sandbox: name, count: deleted.length }, 'faults removed')
    changes.notify('faults')
    return { deleted }
  })

  const deleteFault = defineControl('emulator-faults-delete', {
    summary: 'Remove a fault',
    description: 'Requests that the fault already delays or hangs are not affected.',
    params: FaultParams,
    responses: { 200: [Deleted, 'The id of the fault.'] },
    extraErrors: [404],
  })
  app.delete<{ Params: { fault_id: string } }>('/_emulator/faults/:fault_id', { schema: deleteFault }, (request) => {
    const { fault_id } = request.params
    const { faults, name, changes } = sandboxFor(request)
    if (!faults.delete(fault_id)) throw errors.faultNotFound(fault_id)
    log.info({ sandbox: name, fault: fault_id }, 'fault removed')
    changes.notify('faults')
    return { deleted: [fault_id] }
  })
}

function toListedFault(registered: RegisteredFault): ListedFault {
  const { id, fault, hits, unapplied } = registered
  if (fault.kind === 'rate_limit') {
    const { operation, match, kind, requests, per } = fault
    return { id, operation, match, kind, requests, per, hits, remaining: null }
  }
  const patchCount = fault.kind === 'json_patch' ? { unapplied } : {}
  return { id, ...fault, hits, ...patchCount, remaining: remaining(registered) }
}

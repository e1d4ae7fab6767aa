import type { RequestOutcome } from './client.ts'
import { type ExpectedResponse, injectedError } from './expected-errors.ts'
import { isResourceOperation, type ResourceOperation } from './resource-operations.ts'

/** The operations of admin keys by a short name, the others by their operationId. */
export type Operation = KeyOperation | ResourceOperation
export type KeyOperation = 'create' | 'list' | 'retrieve' | 'delete'

const keyOperationIds = {
  create: 'admin-api-keys-create',
  list: 'admin-api-keys-list',
  retrieve: 'admin-api-keys-get',
  delete: 'admin-api-keys-delete',
} as const

export const operationIdOf = (operation: Operation): string =>
  isResourceOperation(operation) ? operation : keyOperationIds[operation]

export interface Fault {
  operation: Operation | '*'
  when: 'before' | 'after_commit'
  kind: 'error' | 'connection_reset' | 'empty_response' | 'truncated_body'
  times: number
  skip: number
}

interface ActiveFault extends Fault {
  id: string
  /** Number of matching requests still to skip. */
  remainingSkips: number
  /** How often it has fired. */
  hits: number
}

/** Returns the body of the control request that arms the fault. */
export const faultRequestBody = ({ operation, when, kind, ...counts }: Fault): object => ({
  operation: operation === '*' ? '*' : operationIdOf(operation),
  kind,
  ...(kind === 'error' ? { status: 503 } : {}),
  ...(kind === 'truncated_body' ? {} : { when }),
  ...counts,
})

/** The faults of a sandbox, in the order in which they were active. Each fires `times` times. */
export class FaultModel {
  readonly active: ActiveFault[] = []

  addFault(fault: Fault): void {
    this.active.push({ ...fault, id: `fault_${this.active.length + 1}`, remainingSkips: fault.skip, hits: 0 })
  }

  /** Fires the first matching fault that is not exhausted and has nothing left to skip. */
  tryFire(when: Fault['when'], operation: Operation): ActiveFault | undefined {
    const matching = this.active.filter((fault) => fault.when === when && ['*', operation].includes(fault.operation))
    for (const fault of matching) {
      if (fault.hits === fault.times) continue
      if (fault.remainingSkips === 0) {
        fault.hits++
        return fault
      }
      fault.remainingSkips--
    }
    return undefined
  }
}

/** Returns what the client sees of a response to which the fault was applied. */
export function applyFault({ kind }: Fault, { status, text }: ExpectedResponse): RequestOutcome {
  if (kind === 'error') return { kind: 'response', ...injectedError(503) }
  if (kind === 'connection_reset') return { kind: 'reset' }
  if (kind === 'empty_response') return { kind: 'empty' }
  const bytes = Buffer.from(text)
  return { kind: 'truncated', status, text: bytes.toString('utf8', 0, Math.floor(bytes.length / 2)) }
}

import type { Outcome } from './client.ts'
import { type Answer, injected } from './expected-errors.ts'

export type Operation = 'create' | 'list' | 'retrieve' | 'delete'

export const operationIds = {
  create: 'admin-api-keys-create',
  list: 'admin-api-keys-list',
  retrieve: 'admin-api-keys-get',
  delete: 'admin-api-keys-delete',
} as const

/** A fault as it is armed. */
export interface Fault {
  operation: Operation | '*'
  when: 'before' | 'after_commit'
  kind: 'error' | 'connection_reset' | 'empty_response' | 'truncated_body'
  times: number
  skip: number
}

interface Armed extends Fault {
  id: string
  /** How many it lets pass yet, and how often it has fired. */
  toSkip: number
  hits: number
}

/** What arms it. */
export const bodyOf = ({ operation, when, kind, ...counts }: Fault): object => ({
  operation: operation === '*' ? '*' : operationIds[operation],
  kind,
  ...(kind === 'error' ? { status: 503 } : {}),
  ...(kind === 'truncated_body' ? {} : { when }),
  ...counts,
})

/** The faults of a sandbox: the first armed that has not had its fill fires. */
export class FaultModel {
  readonly armed: Armed[] = []

  arm(fault: Fault): void {
    this.armed.push({ ...fault, id: `fault_${this.armed.length + 1}`, toSkip: fault.skip, hits: 0 })
  }

  firing(when: Fault['when'], operation: Operation): Armed | undefined {
    const concerned = this.armed.filter((fault) => fault.when === when && ['*', operation].includes(fault.operation))
    for (const fault of concerned) {
      if (fault.hits === fault.times) continue
      if (fault.toSkip === 0) {
        fault.hits++
        return fault
      }
      fault.toSkip--
    }
    return undefined
  }
}

/** What a client sees of a fault that befell the answer. */
export function spoilt({ kind }: Fault, { status, text }: Answer): Outcome {
  if (kind === 'error') return { kind: 'answer', ...injected(503) }
  if (kind === 'connection_reset') return { kind: 'reset' }
  if (kind === 'empty_response') return { kind: 'end' }
  const bytes = Buffer.from(text)
  return { kind: 'half', status, text: bytes.toString('utf8', 0, Math.floor(bytes.length / 2)) }
}

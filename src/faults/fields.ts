import type { OperationId } from '../openai-api/admin-api-keys/operation-ids.ts'
import type { FaultKind } from './fault.ts'
import type { FaultBody } from './schemas.ts'

export type Field = keyof FaultBody

/** What goes with every kind. */
export const common = ['operation', 'match', 'kind'] as const

const counted = ['when', 'times', 'skip'] as const

/** What goes with each kind besides. */
export const fieldsOf = {
  error: { required: ['status'], optional: ['message', 'type', 'code', 'param', 'headers', ...counted] },
  rate_limit: { required: ['requests', 'per'], optional: [] },
  delay: { required: ['ms'], optional: counted },
  hang: { required: [], optional: counted },
  reset: { required: [], optional: counted },
  empty: { required: [], optional: counted },
  truncate: { required: [], optional: counted },
  malformed: { required: [], optional: counted },
  mutate: { required: ['patch'], optional: counted },
} as const satisfies Record<FaultKind, { required: readonly Field[]; optional: readonly Field[] }>

type FieldsOf = typeof fieldsOf

/** What arms a fault, by its kind. */
export type Fault = {
  [Which in FaultKind]: Pick<FaultBody, 'match' | FieldsOf[Which]['optional'][number]> &
    Required<Pick<FaultBody, FieldsOf[Which]['required'][number]>> & { operation: OperationId | '*'; kind: Which }
}[FaultKind]

import type { Kind } from './rule.ts'
import type { FaultBody } from './schemas.ts'

export type Field = keyof FaultBody

/** What goes with every kind. */
export const common = ['operation', 'match', 'kind'] as const

const counted = ['when', 'times', 'skip'] as const

/** What goes with each kind besides. */
export const fieldsOf: Record<Kind, { required: readonly Field[]; optional: readonly Field[] }> = {
  error: { required: ['status'], optional: ['message', 'type', 'code', 'param', 'headers', ...counted] },
  rate_limit: { required: ['requests', 'per'], optional: [] },
  delay: { required: ['ms'], optional: counted },
  hang: { required: [], optional: counted },
  reset: { required: [], optional: counted },
  empty: { required: [], optional: counted },
  truncate: { required: [], optional: counted },
  malformed: { required: [], optional: counted },
  mutate: { required: ['patch'], optional: counted },
}

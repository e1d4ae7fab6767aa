import type { FaultBody } from '../api/types.ts'

export type FaultKind = FaultBody['kind']

export type FieldName =
  | 'status'
  | 'message'
  | 'type'
  | 'code'
  | 'param'
  | 'headers'
  | 'requests'
  | 'per'
  | 'ms'
  | 'patch'

interface Form {
  effect: string
  fields: readonly FieldName[]
  /** Undefined where the kind has neither phase nor count. */
  phases: readonly ('before' | 'after_commit')[]
}

const both = ['before', 'after_commit'] as const
const committed = ['after_commit'] as const

/** The form of each kind of fault: only what the API accepts for it. */
export const forms: Record<FaultKind, Form> = {
  error: {
    effect: 'Responds with an error.',
    fields: ['status', 'message', 'type', 'code', 'param', 'headers'],
    phases: both,
  },
  rate_limit: {
    effect: 'Responds 429 to more requests than that per window of the sandbox clock, until removed.',
    fields: ['requests', 'per'],
    phases: [],
  },
  delay: { effect: 'Responds later.', fields: ['ms'], phases: both },
  hang: { effect: 'Never responds.', fields: [], phases: both },
  connection_reset: { effect: 'Resets the connection.', fields: [], phases: both },
  empty_response: { effect: 'Closes the connection without a byte.', fields: [], phases: both },
  truncated_body: { effect: 'Sends half of the body, then closes the connection.', fields: [], phases: committed },
  malformed_json: { effect: 'Responds 200 with broken JSON.', fields: [], phases: committed },
  json_patch: { effect: 'Changes the response by a JSON Patch.', fields: ['patch'], phases: committed },
}

export const kinds = Object.keys(forms) as FaultKind[]

import type { FaultBody } from '../api/types.ts'
import type { FieldProps } from '../common/fields.tsx'

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
  phases?: readonly ('before' | 'after_commit')[]
}

/** The fields of the kinds, each with its value at first and what the API accepts. */
export const fields: Record<FieldName, Omit<FieldProps, 'name'>> = {
  status: { label: 'Status', value: '500', type: 'number', min: 400, max: 599, required: true },
  message: { label: 'Message' },
  type: { label: 'Type' },
  code: { label: 'Code' },
  param: { label: 'Param' },
  headers: { label: 'Headers', isLong: true, hint: 'One header a line: name: value' },
  requests: { label: 'Requests', value: '10', type: 'number', min: 0, required: true },
  per: {
    label: 'Per',
    value: '1m',
    pattern: '[1-9]\\d{0,9}(ms|[smhd])',
    required: true,
    hint: 'A duration such as 1m (ms, s, m, h, d)',
  },
  ms: {
    label: 'Delay',
    value: '2s',
    pattern: '(0|[1-9]\\d{0,6})(ms|[smh])?',
    required: true,
    hint: 'Milliseconds, or a duration up to 1h such as 2s',
  },
  patch: {
    label: 'Patch',
    value: '[{ "op": "add", "path": "/added", "value": true }]',
    isLong: true,
    required: true,
    hint: 'A JSON Patch: a list of operations',
  },
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
  },
  delay: { effect: 'Responds later.', fields: ['ms'], phases: both },
  hang: { effect: 'Never responds.', fields: [], phases: both },
  connection_reset: { effect: 'Resets the connection.', fields: [], phases: both },
  empty_response: { effect: 'Closes the connection without a byte.', fields: [], phases: both },
  truncated_body: { effect: 'Sends half of the body, then closes the connection.', fields: [], phases: committed },
  malformed_json: { effect: 'Responds 200 with broken JSON.', fields: [], phases: committed },
  json_patch: { effect: 'Changes the response by a JSON Patch.', fields: ['patch'], phases: committed },
}

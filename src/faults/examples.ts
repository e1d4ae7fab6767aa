import type { FaultBody } from './schemas.ts'

/** Example bodies for `/docs`. */
export const faultExamples: readonly FaultBody[] = [
  { operation: 'list', kind: 'error', status: 429, headers: { 'retry-after-ms': '20' }, times: 2 },
  { operation: 'create', kind: 'connection_reset', when: 'after_commit' },
  { operation: 'get', match: { key_id: 'key_abc' }, kind: 'error', status: 404, times: 3 },
  { operation: '*', kind: 'rate_limit', requests: 60, per: '1m' },
  { operation: '*', match: { header: { 'x-test': 'slow' } }, kind: 'delay', ms: 250, times: null },
  { operation: 'delete', kind: 'json_patch', patch: [{ op: 'replace', path: '/deleted', value: false }] },
]

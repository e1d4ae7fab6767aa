export type { AuditLogPage } from '../../control-api/controls/audit-logs.ts'
export type { DescribedSwitch } from '../../control-api/controls/behavior.ts'
export type { CreatedKey, KeyPage, KeyWithState as ListedKey, NewKey } from '../../control-api/controls/key-schemas.ts'
export type { FaultBody, ListedFault } from '../../faults/schemas.ts'
export type { JournalEntry } from '../../journal/schemas.ts'
export type { AuditEvent } from '../../openai-api/audit-logs/schemas.ts'
export type { OperationId } from '../../openai-api/operation-ids.ts'
export type { SandboxChange } from '../../sandbox/changes.ts'
export type { KeyState } from '../../sandbox/keys/key-state.ts'
export type { ResetPart } from '../../sandbox/reset-parts.ts'

export interface Connection {
  base_url: string
  admin_key: string | null
}

export interface ClockState {
  now: string
  unix: number
  frozen: boolean
}

export interface ListedSandbox {
  name: string
  base_url: string
  keys: number
  created_at: number
  last_used_at: number
}

export interface ListedSnapshot {
  name: string
  created_at?: number
  keys?: number
  damaged?: true
}

import type { AdminApiKey, AdminApiKeyCreateResponse } from '../../openai-api/admin-api-keys/schemas.ts'

export type { FaultBody, ListedFault } from '../../faults/schemas.ts'
export type { JournalEntry } from '../../journal/schemas.ts'
export type { Behavior } from '../../openai-api/behavior.ts'
export type { OperationId } from '../../openai-api/operation-ids.ts'
export type { SandboxChange } from '../../sandbox/changes.ts'
export type { ResetPart } from '../../sandbox/reset-parts.ts'

export type KeyState = 'active' | 'expiring' | 'expired' | 'deleted'

export type ListedKey = AdminApiKey & { state: KeyState }
export type NewKey = AdminApiKeyCreateResponse

export interface KeyPage {
  data: ListedKey[]
  /** The number of keys that match. */
  count: number
  counts: Record<KeyState, number>
  /** The cursor of the next page. */
  next: string | null
}

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

import type { AuditRecorder } from '../audit-logs/recorder.ts'
import type { Behavior } from '../behavior.ts'
import type { Transact } from '../database/transaction.ts'

/** What the services of all resources need. */
export interface ServiceDeps {
  /** Returns the sandbox time in Unix seconds. */
  now: () => number
  behavior: () => Behavior
  audit: AuditRecorder
  transact: Transact
}

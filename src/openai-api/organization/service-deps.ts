import type { AuditRecorder } from '../audit-logs/recorder.ts'
import type { Behavior } from '../behavior.ts'

/** What the services of all resources need. */
export interface ServiceDeps {
  /** Returns the sandbox time in Unix seconds. */
  now: () => number
  behavior: () => Behavior
  audit: AuditRecorder
  /** Runs an action completely or, if it throws, not at all. */
  transact: <Result>(action: () => Result) => Result
}

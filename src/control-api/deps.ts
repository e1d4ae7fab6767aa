import type { FastifyRequest } from 'fastify'
import type { Log, SandboxRegistry } from '../sandbox/registry.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { AccessChecks } from './access.ts'

/** What the controls need from the server that registers them. */
export interface ControlDeps extends AccessChecks {
  registry: SandboxRegistry
  /**
   * Returns the sandbox that a request addresses, creating it if needed. Throws 403 `forbidden_host` or `forbidden_origin`,
   * 404 `sandbox_not_found` or 503 `sandbox_limit`.
   */
  sandboxFor: (request: FastifyRequest) => Sandbox
  /** Calls `next` once the sandbox that a request addresses is available: its creation or a change may take several turns. */
  waitForSandbox: (request: FastifyRequest, next: (error?: Error) => void) => void
  /** The log, which has a line at `info` for each change. */
  log: Log
  /** Aborts when the server starts to close. */
  closing: AbortSignal
  /** Milliseconds between two comments in an idle event stream. */
  heartbeatInterval: number
}

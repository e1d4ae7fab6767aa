import type { FastifyRequest } from 'fastify'
import type { SandboxRegistry } from '../sandbox/registry.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'

/** What the controls need from the server that registers them. */
export interface ControlDeps {
  registry: SandboxRegistry
  /** Returns the sandbox that a request addresses, creating it if needed. Throws 503 `sandbox_limit`. */
  sandboxFor: (request: FastifyRequest) => Sandbox
  /** Throws 403 for a Host that may not reach the control API. */
  checkHost: (request: FastifyRequest) => void
  /** Throws 401 if a control token is required and missing. */
  checkToken: (request: FastifyRequest) => void
  /** Aborts when the server starts to close. */
  closing: AbortSignal
}

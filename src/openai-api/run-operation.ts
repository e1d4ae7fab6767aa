import type { FastifyRequest } from 'fastify'
import type { Actor } from './keys/caller.ts'
import type { OperationResult } from './operation-result.ts'
import type { OrganizationApi } from './organization/api.ts'

/** Who makes a request. */
export interface RequestCaller {
  /** The id of the calling key; undefined under `auth: any` for an unknown token. */
  id: string | undefined
  /** Returns who the audit log names. */
  actor: () => Actor
}

/** What an operation does in the organization of a sandbox. */
export type Operation<Shape> = (api: OrganizationApi, caller: RequestCaller) => OperationResult<Shape>

/**
 * Runs an operation on the organization of the sandbox that a request addresses. Returns the JSON to send, typed as the response
 * that it describes, so that the compiler checks it against the declared one.
 */
export type RunOperation = <Shape>(request: FastifyRequest, operation: Operation<Shape>) => Shape

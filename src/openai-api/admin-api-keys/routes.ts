import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { OperationResult } from '../operation-result.ts'
import { createKey, deleteKey, links, listKeys, retrieveKey } from './operations.ts'
import { AdminApiKey, AdminApiKeyCreateResponse, ApiKeyList } from './schemas.ts'
import type { KeyService } from './service.ts'

/**
 * Runs an operation on the keys of the sandbox that a request addresses; `caller` is the id of the calling key. Returns the
 * JSON to send, typed as the response that it describes, so that the compiler checks it against the declared one.
 */
export type RunOperation = <Shape>(
  request: FastifyRequest,
  operation: (keys: KeyService, caller: string | undefined) => OperationResult<Shape>,
) => Shape

/** Registers the four operations. The caller resolves sandboxes and authenticates. */
export function registerAdminApiKeys(instance: FastifyInstance, runOperation: RunOperation): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  for (const component of [AdminApiKey, AdminApiKeyCreateResponse, ApiKeyList]) app.addSchema(component)

  app.get('/organization/admin_api_keys', { schema: listKeys, links: links.list }, (request) =>
    runOperation(request, (keys) => keys.list(request.query)),
  )

  app.post('/organization/admin_api_keys', { schema: createKey, links: links.create }, (request) =>
    runOperation(request, (keys, caller) => keys.create(request.body, caller)),
  )

  app.get('/organization/admin_api_keys/:key_id', { schema: retrieveKey, links: links.retrieve }, (request) =>
    runOperation(request, (keys) => keys.retrieve(request.params.key_id)),
  )

  app.delete('/organization/admin_api_keys/:key_id', { schema: deleteKey, links: links.delete }, (request) =>
    runOperation(request, (keys) => keys.delete(request.params.key_id)),
  )
}

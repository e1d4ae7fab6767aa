import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import type { RunOperation } from '../run-operation.ts'
import { createKey, deleteKey, links, listKeys, retrieveKey } from './operations.ts'
import { AdminApiKey, AdminApiKeyCreateResponse, ApiKeyList } from './schemas.ts'

/** Registers the four operations. The caller resolves sandboxes and authenticates. */
export function registerAdminApiKeys(instance: FastifyInstance, runOperation: RunOperation): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  for (const component of [AdminApiKey, AdminApiKeyCreateResponse, ApiKeyList]) app.addSchema(component)

  app.get('/organization/admin_api_keys', { schema: listKeys, links: links.list }, (request) =>
    runOperation(request, ({ adminApiKeys }) => adminApiKeys.list(request.query)),
  )

  app.post('/organization/admin_api_keys', { schema: createKey, links: links.create }, (request) =>
    runOperation(request, ({ adminApiKeys }, { id, actor }) => adminApiKeys.create(request.body, id, actor())),
  )

  app.get('/organization/admin_api_keys/:key_id', { schema: retrieveKey, links: links.retrieve }, (request) =>
    runOperation(request, ({ adminApiKeys }) => adminApiKeys.retrieve(request.params.key_id)),
  )

  app.delete('/organization/admin_api_keys/:key_id', { schema: deleteKey, links: links.delete }, (request) =>
    runOperation(request, ({ adminApiKeys }, { actor }) => adminApiKeys.delete(request.params.key_id, actor())),
  )
}

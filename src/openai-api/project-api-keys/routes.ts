import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import type { RunOperation } from '../run-operation.ts'
import { deleteProjectApiKey, listProjectApiKeys, retrieveProjectApiKey, updateProjectApiKey } from './operations.ts'
import { ProjectApiKey, ProjectApiKeyList } from './schemas.ts'

/** Registers the operations on the keys of projects. */
export function registerProjectApiKeys(instance: FastifyInstance, runOperation: RunOperation): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  for (const component of [ProjectApiKey, ProjectApiKeyList]) app.addSchema(component)
  const keys = '/organization/projects/:project_id/api_keys'
  const key = `${keys}/:api_key_id` as const

  app.get(keys, { schema: listProjectApiKeys }, (request) =>
    runOperation(request, ({ projectApiKeys }) => projectApiKeys.list(request.params.project_id, request.query)),
  )

  app.get(key, { schema: retrieveProjectApiKey }, (request) =>
    runOperation(request, ({ projectApiKeys }) =>
      projectApiKeys.retrieve(request.params.project_id, request.params.api_key_id),
    ),
  )

  app.post(key, { schema: updateProjectApiKey }, (request) =>
    runOperation(request, ({ projectApiKeys }, { actor }) => {
      const { project_id, api_key_id } = request.params
      return projectApiKeys.update(project_id, api_key_id, request.body ?? {}, actor())
    }),
  )

  app.delete(key, { schema: deleteProjectApiKey }, (request) =>
    runOperation(request, ({ projectApiKeys }, { actor }) => {
      const { project_id, api_key_id } = request.params
      return projectApiKeys.delete(project_id, api_key_id, actor())
    }),
  )
}

import type { FastifyInstance } from 'fastify'
import type { RunOperation } from '../run-operation.ts'
import { listModels } from './operations.ts'
import { Model, ModelList } from './schemas.ts'

/** Registers the list of models. */
export function registerModels(app: FastifyInstance, runOperation: RunOperation): void {
  for (const component of [Model, ModelList]) app.addSchema(component)

  app.get('/models', { schema: listModels }, (request) => runOperation(request, (api) => api.listModels()))
}

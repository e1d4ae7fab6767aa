import { Ref } from '../../schema/typebox.ts'
import { describeOperation, errorResponses, response } from '../http/operation-schemas.ts'
import { ModelList } from './schemas.ts'

/** The list of models, as the route and the OpenAPI document declare it. */
export const listModels = {
  ...describeOperation(
    {
      operationId: 'listModels',
      summary: 'List models',
      description: 'Lists models. Requires a project key, so a client can verify a new key with it.',
      tag: 'Models',
    },
    'ProjectApiKeyAuth',
  ),
  response: { ...response(200, Ref(ModelList), 'All models.'), ...errorResponses },
}

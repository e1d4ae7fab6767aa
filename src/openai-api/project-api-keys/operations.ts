import * as Type from 'typebox'
import { Ref } from '../../schema/typebox.ts'
import {
  bodyErrorResponses,
  describeOperation,
  errorResponses,
  notFoundResponse,
  response,
} from '../http/operation-schemas.ts'
import type { OperationId } from '../operation-ids.ts'
import {
  DeletedProjectApiKey,
  ListProjectApiKeysQuery,
  ProjectApiKey,
  ProjectApiKeyList,
  UpdateProjectApiKeyBody,
} from './schemas.ts'

// The operations on the keys of projects, as the routes and the OpenAPI document declare them.

const project_id = Type.String({ description: 'The ID of the project.' })
const params = Type.Object({ project_id, api_key_id: Type.String({ description: 'The ID of the key.' }) })

const operation = (operationId: OperationId, summary: string, description: string) =>
  describeOperation({ operationId, summary, description, tag: 'Project API keys' })

const errors = { ...errorResponses, ...notFoundResponse('project or key') }

export const listProjectApiKeys = {
  ...operation('list-project-api-keys', 'List keys of a project', 'Lists the keys of a project.'),
  params: Type.Object({ project_id }),
  querystring: ListProjectApiKeysQuery,
  response: { ...response(200, Ref(ProjectApiKeyList), 'A page of keys.'), ...errors },
}

export const retrieveProjectApiKey = {
  ...operation('retrieve-project-api-key', 'Retrieve a key of a project', 'Returns one key, without its value.'),
  params,
  response: { ...response(200, Ref(ProjectApiKey), 'The key.'), ...errors },
}

export const updateProjectApiKey = {
  ...operation('update-project-api-key', 'Update a key of a project', 'Replaces its scopes or its expiry.'),
  params,
  body: UpdateProjectApiKeyBody,
  response: { ...response(200, Ref(ProjectApiKey), 'The changed key.'), ...errors, ...bodyErrorResponses },
}

export const deleteProjectApiKey = {
  ...operation('delete-project-api-key', 'Delete a key of a project', 'Deletes a key permanently.'),
  params,
  response: { ...response(200, DeletedProjectApiKey, 'The key is deleted.'), ...errors },
}

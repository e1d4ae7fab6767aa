import * as Type from 'typebox'
import { link } from '../../schema/openapi-link.ts'
import { Ref } from '../../schema/typebox.ts'
import { ErrorResponse } from '../errors/schemas.ts'
import { responseHeaderSchemas } from '../http/response-headers.ts'
import {
  AdminApiKey,
  AdminApiKeyCreateResponse,
  ApiKeyList,
  CreateBody,
  DeletedAdminApiKey,
  ListQuery,
} from './schemas.ts'

// The four operations as routes and document declare them; `operationId` is an operation's one name.

const KeyParams = Type.Object({ key_id: Type.String({ description: 'The ID of the key.' }) })

/** The response of one status of an operation, with the sentence and the headers that the document needs. */
const response = <Status extends number, Schema extends Type.TSchema>(
  status: Status,
  schema: Schema,
  description: string,
) =>
  ({ [status]: { ...schema, description, headers: responseHeaderSchemas(status) } }) as unknown as Record<
    Status,
    Schema
  >

const errorResponses = {
  ...response(400, Ref(ErrorResponse), 'The request is malformed, or a parameter breaks a rule.'),
  ...response(401, Ref(ErrorResponse), 'There is no admin key, or none that authenticates.'),
  // Under the behaviour `scope_error: string` the error is a bare string, as seen on other routes of the service.
  ...response(
    403,
    Type.Object({ error: Type.Union([ErrorResponse.properties.error, Type.String()]) }),
    'A key of a project or a service account, which is no admin key.',
  ),
  ...response(503, Ref(ErrorResponse), 'The sandbox would be one more than the emulator may hold.'),
}

const notFound = response(404, Ref(ErrorResponse), 'No key has this ID.')

const operation = (operationId: string, summary: string, description: string) => ({
  operationId,
  summary,
  description,
  tags: ['Admin API keys'],
  security: [{ AdminApiKeyAuth: [] }],
})

export const listKeys = {
  ...operation('admin-api-keys-list', 'List admin API keys', 'The keys of the organization, a page at a time.'),
  querystring: ListQuery,
  response: { ...response(200, Ref(ApiKeyList), 'A page of keys.'), ...errorResponses },
}

export const createKey = {
  ...operation(
    'admin-api-keys-create',
    'Create an admin API key',
    'Makes a key whose owner is the owner of the calling key. Its value is in this answer and in no other.',
  ),
  body: CreateBody,
  response: {
    ...response(200, Ref(AdminApiKeyCreateResponse), 'The new key.'),
    ...errorResponses,
    ...response(413, Ref(ErrorResponse), 'The body is longer than 1 MiB.'),
    ...response(415, Ref(ErrorResponse), 'The body is not declared as JSON.'),
  },
}

export const retrieveKey = {
  ...operation('admin-api-keys-get', 'Retrieve an admin API key', 'One key, without its value.'),
  params: KeyParams,
  response: { ...response(200, Ref(AdminApiKey), 'The key.'), ...errorResponses, ...notFound },
}

export const deleteKey = {
  ...operation(
    'admin-api-keys-delete',
    'Delete an admin API key',
    'Deletes a key, for good: it authenticates no more and is listed no more.',
  ),
  params: KeyParams,
  response: { ...response(200, DeletedAdminApiKey, 'The key is deleted.'), ...errorResponses, ...notFound },
}

const [bodyPointer, pathPointer] = ['$response.body#', '$request.path.key_id']

export const links = {
  list: {
    200: {
      next: link('admin-api-keys-list', 'The page that follows.', { after: `${bodyPointer}/last_id` }),
      retrieveFirst: link('admin-api-keys-get', 'The first of its keys.', { key_id: `${bodyPointer}/data/0/id` }),
      deleteFirst: link('admin-api-keys-delete', 'The first of its keys.', { key_id: `${bodyPointer}/data/0/id` }),
    },
  },
  create: {
    200: {
      retrieve: link('admin-api-keys-get', 'The key, without its value.', { key_id: `${bodyPointer}/id` }),
      delete: link('admin-api-keys-delete', 'Takes the key back.', { key_id: `${bodyPointer}/id` }),
      following: link('admin-api-keys-list', 'The keys after it.', { after: `${bodyPointer}/id` }),
    },
  },
  retrieve: {
    200: {
      delete: link('admin-api-keys-delete', 'Deletes the key.', { key_id: `${bodyPointer}/id` }),
      following: link('admin-api-keys-list', 'The keys after it.', { after: `${bodyPointer}/id` }),
    },
  },
  delete: {
    200: {
      retrieve: link('admin-api-keys-get', 'Is 404 from now on.', { key_id: pathPointer }),
      following: link('admin-api-keys-list', 'Goes on where the key stood.', { after: `${bodyPointer}/id` }),
    },
  },
}

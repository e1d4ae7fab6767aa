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

// The four operations, as the routes and the OpenAPI document declare them.

const KeyParams = Type.Object({ key_id: Type.String({ description: 'The ID of the key.' }) })

/** Returns the schema of a response, with the description and headers that the document needs. */
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
  ...response(400, Ref(ErrorResponse), 'The request is malformed, or a parameter is invalid.'),
  ...response(401, Ref(ErrorResponse), 'The admin key is missing or does not authenticate.'),
  // With the behavior `scope_error: string` the error is a bare string, as observed on other routes of the real API.
  ...response(
    403,
    Type.Object({ error: Type.Union([ErrorResponse.properties.error, Type.String()]) }),
    'The key belongs to a project or a service account and is not an admin key.',
  ),
  ...response(404, Ref(ErrorResponse), 'With `--no-auto-create`: the sandbox does not exist.'),
  ...response(503, Ref(ErrorResponse), 'Sandbox limit exceeded.'),
}

const notFound = response(
  404,
  Ref(ErrorResponse),
  'No key has this ID, or, with `--no-auto-create`, the sandbox does not exist.',
)

const operation = (operationId: string, summary: string, description: string) => ({
  operationId,
  summary,
  description,
  tags: ['Admin API keys'],
  security: [{ AdminApiKeyAuth: [] }],
})

export const listKeys = {
  ...operation('admin-api-keys-list', 'List admin API keys', 'Lists the keys of the organization, one page at a time.'),
  querystring: ListQuery,
  response: { ...response(200, Ref(ApiKeyList), 'A page of keys.'), ...errorResponses },
}

export const createKey = {
  ...operation(
    'admin-api-keys-create',
    'Create an admin API key',
    'Creates a key that belongs to the owner of the calling key. Only this response contains its value.',
  ),
  body: CreateBody,
  response: {
    ...response(200, Ref(AdminApiKeyCreateResponse), 'The new key.'),
    ...errorResponses,
    ...response(413, Ref(ErrorResponse), 'The body is longer than 1 MiB.'),
    ...response(415, Ref(ErrorResponse), 'The content type is not JSON.'),
  },
}

export const retrieveKey = {
  ...operation('admin-api-keys-get', 'Retrieve an admin API key', 'Returns one key, without its value.'),
  params: KeyParams,
  response: { ...response(200, Ref(AdminApiKey), 'The key.'), ...errorResponses, ...notFound },
}

export const deleteKey = {
  ...operation(
    'admin-api-keys-delete',
    'Delete an admin API key',
    'Deletes a key permanently: it no longer authenticates and is no longer listed.',
  ),
  params: KeyParams,
  response: { ...response(200, DeletedAdminApiKey, 'The key is deleted.'), ...errorResponses, ...notFound },
}

const [bodyPointer, pathPointer] = ['$response.body#', '$request.path.key_id']

export const links = {
  list: {
    200: {
      next: link('admin-api-keys-list', 'The next page.', { after: `${bodyPointer}/last_id` }),
      retrieveFirst: link('admin-api-keys-get', 'The first key of the page.', { key_id: `${bodyPointer}/data/0/id` }),
      deleteFirst: link('admin-api-keys-delete', 'The first key of the page.', { key_id: `${bodyPointer}/data/0/id` }),
    },
  },
  create: {
    200: {
      retrieve: link('admin-api-keys-get', 'The key, without its value.', { key_id: `${bodyPointer}/id` }),
      delete: link('admin-api-keys-delete', 'Deletes the new key.', { key_id: `${bodyPointer}/id` }),
      following: link('admin-api-keys-list', 'The keys after this one.', { after: `${bodyPointer}/id` }),
    },
  },
  retrieve: {
    200: {
      delete: link('admin-api-keys-delete', 'Deletes the key.', { key_id: `${bodyPointer}/id` }),
      following: link('admin-api-keys-list', 'The keys after this one.', { after: `${bodyPointer}/id` }),
    },
  },
  delete: {
    200: {
      retrieve: link('admin-api-keys-get', 'Responds with 404 from now on.', { key_id: pathPointer }),
      following: link('admin-api-keys-list', 'Continues after the position of the deleted key.', {
        after: `${bodyPointer}/id`,
      }),
    },
  },
}

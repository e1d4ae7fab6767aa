import * as Type from 'typebox'
import { link } from '../../schema/openapi-operation.ts'
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
  AdminApiKey,
  AdminApiKeyCreateResponse,
  ApiKeyList,
  CreateBody,
  DeletedAdminApiKey,
  ListQuery,
} from './schemas.ts'

// The four operations, as the routes and the OpenAPI document declare them.

const KeyParams = Type.Object({ key_id: Type.String({ description: 'The ID of the key.' }) })

const operation = (operationId: OperationId, summary: string, description: string) =>
  describeOperation({ operationId, summary, description, tag: 'Admin API keys' })

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
    ...bodyErrorResponses,
  },
}

export const retrieveKey = {
  ...operation('admin-api-keys-get', 'Retrieve an admin API key', 'Returns one key, without its value.'),
  params: KeyParams,
  response: { ...response(200, Ref(AdminApiKey), 'The key.'), ...errorResponses, ...notFoundResponse('key') },
}

export const deleteKey = {
  ...operation(
    'admin-api-keys-delete',
    'Delete an admin API key',
    'Deletes a key permanently: it no longer authenticates and is no longer listed.',
  ),
  params: KeyParams,
  response: {
    ...response(200, DeletedAdminApiKey, 'The key is deleted.'),
    ...errorResponses,
    ...notFoundResponse('key'),
  },
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

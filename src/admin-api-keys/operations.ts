import * as Type from 'typebox'
import { ErrorResponse, Ref } from '../openai/schemas.ts'
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

/** The response of one status of an operation, with the sentence that the document needs. */
const answer = <Schema extends Type.TSchema>(schema: Schema, description: string) =>
  ({ ...schema, description }) as Schema

const refusals = {
  400: answer(Ref(ErrorResponse), 'The request is malformed, or a parameter breaks a rule.'),
  401: answer(Ref(ErrorResponse), 'There is no admin key, or none that authenticates.'),
  // Under the behaviour `scope_error: string` the error is a bare string, as seen on other routes of the service.
  403: Type.Object(
    { error: Type.Union([ErrorResponse.properties.error, Type.String()]) },
    { description: 'A key of a project or a service account, which is no admin key.' },
  ),
  503: answer(Ref(ErrorResponse), 'The sandbox would be one more than the emulator may hold.'),
}

const notFound = { 404: answer(Ref(ErrorResponse), 'No key has this ID.') }

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
  response: { 200: answer(Ref(ApiKeyList), 'A page of keys.'), ...refusals },
}

export const createKey = {
  ...operation(
    'admin-api-keys-create',
    'Create an admin API key',
    'Makes a key whose owner is the owner of the calling key. Its value is in this answer and in no other.',
  ),
  body: CreateBody,
  response: {
    200: answer(Ref(AdminApiKeyCreateResponse), 'The new key.'),
    ...refusals,
    413: answer(Ref(ErrorResponse), 'The body is longer than 1 MiB.'),
    415: answer(Ref(ErrorResponse), 'The body is not declared as JSON.'),
  },
}

export const retrieveKey = {
  ...operation('admin-api-keys-get', 'Retrieve an admin API key', 'One key, without its value.'),
  params: KeyParams,
  response: { 200: answer(Ref(AdminApiKey), 'The key.'), ...refusals, ...notFound },
}

export const deleteKey = {
  ...operation(
    'admin-api-keys-delete',
    'Delete an admin API key',
    'Deletes a key, for good: it authenticates no more and is listed no more.',
  ),
  params: KeyParams,
  response: { 200: answer(DeletedAdminApiKey, 'The key is deleted.'), ...refusals, ...notFound },
}

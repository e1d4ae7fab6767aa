import * as Type from 'typebox'
import { link, optionalBody } from '../../schema/openapi-operation.ts'
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
  CreatedServiceAccount,
  CreateServiceAccountBody,
  CreateServiceAccountKeyBody,
  DeletedServiceAccount,
  ListServiceAccountsQuery,
  ServiceAccount,
  ServiceAccountKey,
  ServiceAccountList,
  UpdateServiceAccountBody,
} from './schemas.ts'

// The operations on service accounts, as the routes and the OpenAPI document declare them.

const project_id = Type.String({ description: 'The ID of the project.' })
const projectParams = Type.Object({ project_id })
const params = Type.Object({
  project_id,
  service_account_id: Type.String({ description: 'The ID of the service account.' }),
})

const operation = (operationId: OperationId, summary: string, description: string) =>
  describeOperation({ operationId, summary, description, tag: 'Project service accounts' })

const withoutBody = { ...errorResponses, ...notFoundResponse('project or service account') }
const withBody = { ...withoutBody, ...bodyErrorResponses }

export const listServiceAccounts = {
  ...operation('list-project-service-accounts', 'List service accounts', 'Lists the service accounts of a project.'),
  params: projectParams,
  querystring: ListServiceAccountsQuery,
  response: { ...response(200, Ref(ServiceAccountList), 'A page of service accounts.'), ...withoutBody },
}

export const createServiceAccount = {
  ...operation(
    'create-project-service-account',
    'Create a service account',
    'Creates a service account with its first key. Only this response contains the value of the key.',
  ),
  params: projectParams,
  body: CreateServiceAccountBody,
  response: { ...response(200, Ref(CreatedServiceAccount), 'The new service account.'), ...withBody },
}

export const retrieveServiceAccount = {
  ...operation('retrieve-project-service-account', 'Retrieve a service account', 'Returns one service account.'),
  params,
  response: { ...response(200, Ref(ServiceAccount), 'The service account.'), ...withoutBody },
}

export const updateServiceAccount = {
  ...operation('update-project-service-account', 'Update a service account', 'Changes its name or role.'),
  params,
  body: UpdateServiceAccountBody,
  ...optionalBody,
  response: { ...response(200, Ref(ServiceAccount), 'The changed service account.'), ...withBody },
}

export const deleteServiceAccount = {
  ...operation('delete-project-service-account', 'Delete a service account', 'Deletes a service account and its keys.'),
  params,
  response: { ...response(200, DeletedServiceAccount, 'The service account is deleted.'), ...withoutBody },
}

export const createServiceAccountKey = {
  ...operation(
    'CreateanAPIkeyforaserviceaccount',
    'Create a key of a service account',
    'Creates another key. Only this response contains its value.',
  ),
  params,
  body: CreateServiceAccountKeyBody,
  ...optionalBody,
  response: { ...response(200, Ref(ServiceAccountKey), 'The new key.'), ...withBody },
}

const inProject = { project_id: '$request.path.project_id' }
const created = { ...inProject, service_account_id: '$response.body#/id' }

export const links = {
  create: {
    200: {
      retrieve: link('retrieve-project-service-account', 'The service account.', created),
      update: link('update-project-service-account', 'Changes the new service account.', created),
      createKey: link('CreateanAPIkeyforaserviceaccount', 'Creates another key.', created),
      retrieveKey: link('retrieve-project-api-key', 'The first key, without its value.', {
        ...inProject,
        api_key_id: '$response.body#/api_key/id',
      }),
      delete: link('delete-project-service-account', 'Deletes the new service account.', created),
    },
  },
  createKey: {
    200: {
      retrieve: link('retrieve-project-api-key', 'The key, without its value.', {
        ...inProject,
        api_key_id: '$response.body#/id',
      }),
      delete: link('delete-project-api-key', 'Deletes the new key.', {
        ...inProject,
        api_key_id: '$response.body#/id',
      }),
    },
  },
}

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import type { RunOperation } from '../run-operation.ts'
import {
  createServiceAccount,
  createServiceAccountKey,
  deleteServiceAccount,
  links,
  listServiceAccounts,
  retrieveServiceAccount,
  updateServiceAccount,
} from './operations.ts'
import { CreatedServiceAccount, ServiceAccount, ServiceAccountKey, ServiceAccountList } from './schemas.ts'

/** Registers the operations on service accounts. */
export function registerServiceAccounts(instance: FastifyInstance, runOperation: RunOperation): void {
  const app = instance.withTypeProvider<TypeBoxTypeProvider>()
  for (const component of [ServiceAccount, ServiceAccountKey, CreatedServiceAccount, ServiceAccountList]) {
    app.addSchema(component)
  }
  const accounts = '/organization/projects/:project_id/service_accounts'
  const account = `${accounts}/:service_account_id` as const

  app.get(accounts, { schema: listServiceAccounts }, (request) =>
    runOperation(request, ({ serviceAccounts }) => serviceAccounts.list(request.params.project_id, request.query)),
  )

  app.post(accounts, { schema: createServiceAccount, links: links.create }, (request) =>
    runOperation(request, ({ serviceAccounts }, { actor }) =>
      serviceAccounts.create(request.params.project_id, request.body, actor()),
    ),
  )

  app.get(account, { schema: retrieveServiceAccount }, (request) =>
    runOperation(request, ({ serviceAccounts }) =>
      serviceAccounts.retrieve(request.params.project_id, request.params.service_account_id),
    ),
  )

  app.post(account, { schema: updateServiceAccount }, (request) =>
    runOperation(request, ({ serviceAccounts }, { actor }) => {
      const { project_id, service_account_id } = request.params
      return serviceAccounts.update(project_id, service_account_id, request.body ?? {}, actor())
    }),
  )

  app.delete(account, { schema: deleteServiceAccount }, (request) =>
    runOperation(request, ({ serviceAccounts }, { actor }) => {
      const { project_id, service_account_id } = request.params
      return serviceAccounts.delete(project_id, service_account_id, actor())
    }),
  )

  app.post(`${account}/api_keys`, { schema: createServiceAccountKey, links: links.createKey }, (request) =>
    runOperation(request, ({ serviceAccounts }, { actor }) => {
      const { project_id, service_account_id } = request.params
      return serviceAccounts.createKey(project_id, service_account_id, request.body ?? {}, actor())
    }),
  )
}

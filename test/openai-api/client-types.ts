import type * as clientAdminKeys from 'openai/resources/admin/organization/admin-api-keys'
import type * as clientAuditLogs from 'openai/resources/admin/organization/audit-logs'
import type * as clientProjectKeys from 'openai/resources/admin/organization/projects/api-keys'
import type * as clientProjects from 'openai/resources/admin/organization/projects/projects'
import type * as clientAccountKeys from 'openai/resources/admin/organization/projects/service-accounts/api-keys'
import type * as clientAccounts from 'openai/resources/admin/organization/projects/service-accounts/service-accounts'
import type * as clientModels from 'openai/resources/models'
import type { Static } from 'typebox'
import type * as adminKeys from '../../src/openai-api/admin-api-keys/schemas.ts'
import type * as auditLogs from '../../src/openai-api/audit-logs/schemas.ts'
import type * as models from '../../src/openai-api/models/schemas.ts'
import type * as projectKeys from '../../src/openai-api/project-api-keys/schemas.ts'
import type * as projects from '../../src/openai-api/projects/schemas.ts'
import type * as accounts from '../../src/openai-api/service-accounts/schemas.ts'

// The compiler checks the emulator's types against those of the official Node client: there is nothing to run. A newer client
// that adds a field fails here.

type Assert<Condition extends true> = Condition

/** A response has exactly the client's fields, with values that the client expects. */
type Returns<Own, Client> = HaveSameNames<keyof Own, keyof Client> extends true ? Fits<Own, Client> : false

/** A request may have exactly the fields that the client sends, with every value that it can send. */
type Accepts<Own, Client> =
  HaveSameNames<keyof WithoutBrackets<Own>, keyof Client> extends true ? Fits<Client, WithoutBrackets<Own>> : false

type HaveSameNames<One, Other> = [One] extends [Other] ? ([Other] extends [One] ? true : false) : false
type Fits<Value, Expected> = Value extends Expected ? true : false
// The client adds the brackets of lists in a query.
type WithoutBrackets<Query> = { [Name in keyof Query as Name extends `${infer List}[]` ? List : Name]: Query[Name] }
// The client takes the ids of the path together with the fields of the body.
type BodyOf<Params> = Omit<Params, 'project_id'>

export type AdminKeys = [
  Assert<Returns<adminKeys.AdminApiKey, clientAdminKeys.AdminAPIKey>>,
  Assert<Returns<adminKeys.AdminApiKeyCreateResponse, clientAdminKeys.AdminAPIKeyCreateResponse>>,
  Assert<Returns<adminKeys.DeletedAdminApiKey, clientAdminKeys.AdminAPIKeyDeleteResponse>>,
  Assert<Accepts<adminKeys.CreateBody, clientAdminKeys.AdminAPIKeyCreateParams>>,
]

export type Projects = [
  Assert<Returns<projects.Project, clientProjects.Project>>,
  Assert<Accepts<projects.CreateProjectBody, clientProjects.ProjectCreateParams>>,
  Assert<Accepts<projects.ModifyProjectBody, clientProjects.ProjectUpdateParams>>,
  Assert<Accepts<projects.ListProjectsQuery, clientProjects.ProjectListParams>>,
  Assert<HaveSameNames<projects.Project['residency'], clientProjects.ProjectResidency>>,
]

export type ServiceAccounts = [
  Assert<Returns<accounts.ServiceAccount, clientAccounts.ProjectServiceAccount>>,
  Assert<Returns<accounts.CreatedServiceAccount, clientAccounts.ServiceAccountCreateResponse>>,
  Assert<Returns<accounts.DeletedServiceAccount, clientAccounts.ServiceAccountDeleteResponse>>,
  Assert<Returns<accounts.ServiceAccountKey, clientAccounts.ServiceAccountCreateResponse.APIKey>>,
  Assert<Returns<accounts.ServiceAccountKey, clientAccountKeys.APIKeyCreateResponse>>,
  Assert<Accepts<accounts.CreateServiceAccountBody, clientAccounts.ServiceAccountCreateParams>>,
  Assert<Accepts<accounts.UpdateServiceAccountBody, BodyOf<clientAccounts.ServiceAccountUpdateParams>>>,
  Assert<Accepts<accounts.CreateServiceAccountKeyBody, BodyOf<clientAccountKeys.APIKeyCreateParams>>>,
  Assert<Accepts<accounts.ListServiceAccountsQuery, clientAccounts.ServiceAccountListParams>>,
]

export type ProjectKeys = [
  Assert<Returns<projectKeys.ProjectApiKey, clientProjectKeys.ProjectAPIKey>>,
  Assert<Returns<projectKeys.DeletedProjectApiKey, clientProjectKeys.APIKeyDeleteResponse>>,
  Assert<Accepts<projectKeys.UpdateProjectApiKeyBody, BodyOf<clientProjectKeys.APIKeyUpdateParams>>>,
  Assert<Accepts<projectKeys.ListProjectApiKeysQuery, clientProjectKeys.APIKeyListParams>>,
]

type Event = Static<typeof auditLogs.AuditLog>
type ClientEvent = clientAuditLogs.AuditLogListResponse
// Events of these types come only from seeds.
type SeededDetails = 'external_storage.registered' | 'external_storage.removed'

export type AuditLogs = [
  Assert<Returns<Event, Omit<ClientEvent, SeededDetails>>>,
  Assert<HaveSameNames<Event['type'], ClientEvent['type']>>,
  Assert<Accepts<auditLogs.ListAuditLogsQuery, clientAuditLogs.AuditLogListParams>>,
]

// No model of the emulator will be shut down.
export type Models = [Assert<Returns<models.Model, Omit<clientModels.Model, 'shutdown_date'>>>]

type WithoutName = Omit<projects.Project, 'name'>
export type FailingChecks = [
  // @ts-expect-error a missing field
  Assert<Returns<WithoutName, clientProjects.Project>>,
  // @ts-expect-error an additional field
  Assert<Returns<projects.Project & { extra: string }, clientProjects.Project>>,
  // @ts-expect-error another type
  Assert<Returns<WithoutName & { name: number }, clientProjects.Project>>,
  // @ts-expect-error another type of a detail
  Assert<Returns<Omit<Event, 'group.deleted'> & { 'group.deleted': { id: number } }, Omit<ClientEvent, SeededDetails>>>,
  // @ts-expect-error a body without a field
  Assert<Accepts<Omit<projects.ModifyProjectBody, 'geography'>, clientProjects.ProjectUpdateParams>>,
  // @ts-expect-error a field that cannot be null
  Assert<Accepts<{ name?: string; external_key_id?: string }, Omit<clientProjects.ProjectUpdateParams, 'geography'>>>,
]

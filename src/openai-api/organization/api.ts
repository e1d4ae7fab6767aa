import { once } from '../../common/once.ts'
import type { Owner } from '../admin-api-keys/key.ts'
import { createKeyService } from '../admin-api-keys/service.ts'
import { createAuditRecorder } from '../audit-logs/recorder.ts'
import { createAuditLogService } from '../audit-logs/service.ts'
import type { Behavior } from '../behavior.ts'
import type { Actor, Caller } from '../keys/caller.ts'
import { listModels } from '../models/service.ts'
import { createProjectKeyService } from '../project-api-keys/service.ts'
import { createProjectService } from '../projects/service.ts'
import { createAccountService } from '../service-accounts/service.ts'
import { actorOf } from './actor.ts'
import { allKeys } from './all-keys/list.ts'
import { createCredentials } from './credentials.ts'
import type { ServiceDeps } from './service-deps.ts'
import type { OrganizationStore } from './store.ts'

interface OrganizationApiDeps {
  store: OrganizationStore
  /** Returns the sandbox time in Unix seconds. */
  now: () => number
  generate: {
    keyId: () => string
    keyValue: () => string
    projectId: () => string
    projectAccountId: () => string
    projectKeyId: () => string
    accountKeyValue: () => string
    userKeyValue: () => string
    auditEventId: () => string
  }
  behavior: () => Behavior
  /** Returns the owner of keys that a caller without a key creates (`auth: any`). */
  defaultOwner: () => Owner
  /** Returns the email address of that owner. */
  defaultEmail: () => string
  /** Returns the ids of the models. */
  models: () => readonly string[]
}

/**
 * The operations of an organization, by resource, and which values authenticate. Services that a sandbox may never need are
 * created on first use.
 */
export function createOrganizationApi(deps: OrganizationApiDeps) {
  const { store, now, generate, behavior, defaultOwner, defaultEmail, models } = deps
  const audit = createAuditRecorder({
    store: () => store.auditLogs,
    now,
    generateId: generate.auditEventId,
    behavior,
    defaultProject: () => store.projects.default(),
  })
  const shared: ServiceDeps = { now, behavior, audit, transact: store.transact }
  const adminApiKeys = createKeyService({
    ...shared,
    store: store.adminApiKeys,
    generate,
    defaultOwner,
    allKeys: (order) => allKeys(store, order, behavior().redaction),
  })
  const actors = {
    ownerOf: ({ id }: Caller) => adminApiKeys.ownerOf(id),
    user: () => ({ id: defaultOwner().id, email: defaultEmail() }),
  }

  const projects = once(() =>
    createProjectService({ ...shared, store: store.projects, generateId: generate.projectId }),
  )
  const serviceAccounts = once(() =>
    createAccountService({
      ...shared,
      store: store.serviceAccounts,
      projects: store.projects,
      keys: store.projectApiKeys,
      generate: {
        accountId: generate.projectAccountId,
        keyId: generate.projectKeyId,
        keyValue: generate.accountKeyValue,
      },
    }),
  )
  const projectApiKeys = once(() =>
    createProjectKeyService({
      ...shared,
      store: store.projectApiKeys,
      projects: store.projects,
      generate: { keyId: generate.projectKeyId, keyValue: generate.userKeyValue },
    }),
  )
  const auditLogs = once(() => createAuditLogService({ store: store.auditLogs, behavior }))

  return {
    credentials: createCredentials(store, now),
    adminApiKeys,
    get projects() {
      return projects()
    },
    get serviceAccounts() {
      return serviceAccounts()
    },
    get projectApiKeys() {
      return projectApiKeys()
    },
    get auditLogs() {
      return auditLogs()
    },
    listModels: () => listModels(models()),
    /** Returns who the audit log names for a caller. */
    actorOf: (caller: Caller | undefined): Actor => actorOf(caller, actors),
  }
}

export type OrganizationApi = ReturnType<typeof createOrganizationApi>

import type { Database } from 'better-sqlite3'
import { once } from '../../common/once.ts'
import { createKeyStore } from '../admin-api-keys/store.ts'
import { createAuditStore } from '../audit-logs/store.ts'
import { createTransact } from '../database/transaction.ts'
import { createProjectKeyStore } from '../project-api-keys/store.ts'
import { createProjectStore } from '../projects/store.ts'
import { createAccountStore } from '../service-accounts/store.ts'
import { createAllKeysStore } from './all-keys/store.ts'

/** The stores of all resources of an organization. Those that a sandbox may never need are created on first use. */
export function createOrganizationStore(db: Database) {
  const projects = once(() => createProjectStore(db))
  const serviceAccounts = once(() => createAccountStore(db))
  const projectApiKeys = once(() => createProjectKeyStore(db))
  const auditLogs = once(() => createAuditStore(db))
  const allKeys = once(() => createAllKeysStore(db))

  return {
    adminApiKeys: createKeyStore(db),
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
    get allKeys() {
      return allKeys()
    },
    transact: createTransact(db),
  }
}

export type OrganizationStore = ReturnType<typeof createOrganizationStore>

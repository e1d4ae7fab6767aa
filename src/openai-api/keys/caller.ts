import type { CredentialRow } from '../admin-api-keys/store.ts'
import type { ProjectCredentialRow } from '../project-api-keys/store.ts'

/** The key that sent a request, of either kind. */
export type Caller = CredentialRow | ProjectCredentialRow

/** Who acted, as an audit event names them. */
export interface Actor {
  type: 'api_key' | 'session'
  api_key?: {
    id?: string
    type: 'user' | 'service_account'
    user?: { id: string; email?: string }
    service_account?: { id: string }
  }
  session?: { user?: { id: string; email?: string }; ip_address?: string }
}

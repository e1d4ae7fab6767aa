import { redactedFields } from '../keys/redacted-value.ts'
import { digest } from '../keys/secret.ts'
import type { NewProjectKey, ProjectKeyStore } from './store.ts'

export interface KeyGenerators {
  keyId: () => string
  keyValue: () => string
}

/** A key to issue: all but what is generated. */
export type KeyToIssue = Omit<NewProjectKey, 'id' | 'value_sha256' | 'redacted_value' | 'mask'>

/** Stores a new key and returns its id, and its value, which is not stored. */
export function issueKey(store: ProjectKeyStore, generate: KeyGenerators, key: KeyToIssue) {
  // A seeded sequence can repeat what an earlier run stored.
  for (;;) {
    const [id, value] = [generate.keyId(), generate.keyValue()]
    if (store.insert({ ...key, id, value_sha256: digest(value), ...redactedFields(value) })) return { id, value }
  }
}

import { toParsableRedaction } from '../../openai-api/keys/redacted-value.ts'
import { digest } from '../../openai-api/keys/secret.ts'
import type { SeedProject } from './project-schema.ts'

interface KeyWithValue {
  value?: string
  value_sha256?: string
  redacted_value?: string
}

/** Returns projects whose keys have digests in place of values, as they are kept while the server runs. */
export const withoutValues = (projects: readonly SeedProject[]): SeedProject[] =>
  projects.map(({ service_accounts, api_keys, ...project }) => ({
    ...project,
    ...(api_keys === undefined ? {} : { api_keys: api_keys.map(withoutValue) }),
    ...(service_accounts === undefined
      ? {}
      : {
          service_accounts: service_accounts.map(({ api_keys: keys, ...account }) => ({
            ...account,
            ...(keys === undefined ? {} : { api_keys: keys.map(withoutValue) }),
          })),
        }),
  }))

/** Returns a key with the digest and the redacted form of its value in place of the value. */
export function withoutValue<Key extends KeyWithValue>({ value, ...key }: Key): Omit<Key, 'value'> {
  if (value === undefined) return key
  return { ...key, value_sha256: digest(value), redacted_value: key.redacted_value ?? toParsableRedaction(value) }
}

import type { ResolvedSeedKey } from './merge.ts'
import type { SeedEvent, SeedProject } from './project-schema.ts'

interface Listed {
  projects: readonly SeedProject[]
  audit_logs: readonly SeedEvent[]
  keys: readonly ResolvedSeedKey[]
}

/** Returns whether a seed lists a text as an id or as the digest of a value. An export, which generates nothing, never asks. */
export function createListedTexts(seed: Listed): (text: string) => boolean {
  let texts: Set<string> | undefined
  return (text) => {
    texts ??= new Set(textsOf(seed))
    return texts.has(text)
  }
}

interface Entry {
  id?: string
  value_sha256?: string
}

function* textsOf({ projects, audit_logs, keys }: Listed): Generator<string> {
  for (const entries of [keys, audit_logs, projects]) for (const entry of entries) yield* textsOfEntry(entry as Entry)
  for (const { service_accounts = [], api_keys = [] } of projects) {
    for (const entry of [...api_keys, ...service_accounts]) yield* textsOfEntry(entry)
    for (const account of service_accounts) for (const key of account.api_keys ?? []) yield* textsOfEntry(key)
  }
}

// An id with {n} is never generated.
function* textsOfEntry({ id, value_sha256 }: Entry): Generator<string> {
  if (id !== undefined) yield id
  if (value_sha256 !== undefined) yield value_sha256
}

import type { Behavior } from '../api/types.ts'

type Evidence = 'recorded' | 'sibling' | 'assumed' | 'emulator only'

interface Switch<Value extends string> {
  /** The first is the default. */
  values: readonly Value[]
  meaning: string
  evidence: Evidence
  why: string
}

/** What each switch stands for, as in docs/fidelity.md. */
export const switches: { [Name in keyof Behavior]: Switch<Behavior[Name]> } = {
  auth: {
    values: ['strict', 'any'],
    meaning: 'any accepts every bearer token that is not empty; a known key still acts as itself.',
    evidence: 'emulator only',
    why: 'The test suites of the official clients send made-up keys.',
  },
  state: {
    values: ['kept', 'discarded'],
    meaning: 'discarded rolls back everything that a request changes.',
    evidence: 'emulator only',
    why: 'The test suites of the official clients delete the same key repeatedly.',
  },
  scope_error: {
    values: ['object', 'string'],
    meaning: 'Whether the error of a 403 is an object or a bare string.',
    evidence: 'sibling',
    why: 'In 2026, sibling routes had a bare string, which the official Go client fails to decode.',
  },
  deleted_cursor: {
    values: ['resume', 'reject'],
    meaning: 'Whether after may name a deleted key.',
    evidence: 'assumed',
    why: 'Clients delete while they iterate; some sibling routes reject such a cursor.',
  },
  limit_out_of_range: {
    values: ['clamp', 'reject'],
    meaning: 'Whether a limit outside 1..100 is clamped or rejected.',
    evidence: 'sibling',
    why: 'Newer sibling routes clamp it, others respond 400.',
  },
  unknown_route: {
    values: ['json', 'empty'],
    meaning: 'Whether the response to an unknown URL is an error object or empty.',
    evidence: 'sibling',
    why: 'The older gateway returned an error object, today’s edge an empty 404.',
  },
  redaction: {
    values: ['documented', 'masked'],
    meaning: 'documented shows the first 8 characters, three dots and the last 3; masked is as long as the value.',
    evidence: 'recorded',
    why: 'All documents show the first form; the one recorded create shows the second.',
  },
  listed_keys: {
    values: ['admin', 'all'],
    meaning: 'Whether the list of admin keys has only admin keys, or project keys too.',
    evidence: 'assumed',
    why: 'A third-party tool reports project keys in the real list.',
  },
  service_account_key_delete: {
    values: ['allow', 'reject'],
    meaning: 'Whether a single key of a service account can be deleted.',
    evidence: 'assumed',
    why: 'The clients of autumn 2026 can; the document of August responded 400.',
  },
  exclusive_fields: {
    values: ['reject', 'ignore'],
    meaning: 'Whether a request with two fields that exclude each other is rejected, or the second is ignored.',
    evidence: 'assumed',
    why: 'The test suites of the official clients send every optional field.',
  },
  audit_project: {
    values: ['default', 'own'],
    meaning: 'The project of an audit event: the default project, or the one that was written to.',
    evidence: 'assumed',
    why: 'The document associates what an admin key does with the default project.',
  },
  admin_key_events: {
    values: ['api_key', 'tenant', 'both'],
    meaning: 'The types of audit events about admin keys: api_key.*, tenant.admin_api_key.* or both.',
    evidence: 'assumed',
    why: 'Both kinds of types are published.',
  },
  organization_header: {
    values: ['ignore', 'check'],
    meaning: 'Whether an OpenAI-Organization header with another organization is ignored or rejected.',
    evidence: 'sibling',
    why: 'Sibling routes respond 401 mismatched_organization.',
  },
}

export const switchNames = Object.keys(switches) as (keyof Behavior)[]

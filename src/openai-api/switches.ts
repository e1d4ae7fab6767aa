/** How well the default of a switch is supported; docs/fidelity.md explains the terms. */
export type Evidence = 'spec' | 'sdk' | 'recorded' | 'sibling' | 'assumed' | 'emulator only'

interface Switch {
  /** What the switch decides. */
  title: string
  /** What each value means; the first is the default. */
  values: Readonly<Record<string, string>>
  evidence: Evidence
  /** Why there is a choice. */
  reason: string
}

/** The switches: behavior that is unknown in the real API, or that only tests need. A test checks that docs/fidelity.md has these texts. */
export const switches = {
  auth: {
    title: 'Which bearer tokens authenticate',
    values: {
      strict: 'valid keys',
      any: 'all that are not empty, including project keys and deleted or expired keys; a valid key still acts as itself',
    },
    evidence: 'emulator only',
    reason: "the official clients' own test suites send `My Admin API Key` and `string`",
  },
  state: {
    title: 'What happens to the changes that a request makes',
    values: { kept: 'they stay', discarded: 'they are rolled back after each request' },
    evidence: 'emulator only',
    reason: "the official clients' own test suites delete `key_id` repeatedly",
  },
  scope_error: {
    title: 'The `error` of a 403 for missing scopes',
    values: { object: 'an error object', string: 'a bare string' },
    evidence: 'sibling',
    reason: 'in 2026, sibling routes sent a bare string, which the official Go client fails to decode',
  },
  deleted_cursor: {
    title: 'An `after` that names a deleted key or account, or an archived project',
    values: { resume: 'the page continues after its former position', reject: '400' },
    evidence: 'assumed',
    reason: 'clients delete while they iterate, but some sibling routes reject a cursor whose object was deleted',
  },
  limit_out_of_range: {
    title: 'A `limit` outside 1..100',
    values: { clamp: 'the nearest bound applies', reject: '400' },
    evidence: 'sibling',
    reason: 'newer sibling routes clamp `limit`, others return 400',
  },
  unknown_route: {
    title: 'The response to an unknown URL or a wrong method',
    values: { json: 'an error object', empty: 'an empty 404' },
    evidence: 'sibling',
    reason: "the older gateway returned an error object; today's edge returns an empty 404, also for a wrong method",
  },
  redaction: {
    title: 'The `redacted_value` of a key',
    values: {
      documented: 'the first 8 characters, `...` and the last 3',
      masked: 'as long as the value: the first 8 characters, asterisks and the last 4',
    },
    evidence: 'spec',
    reason: 'all documents show the first form (`sk-admin...def`), the recorded create shows the second',
  },
  listed_keys: {
    title: 'What the list of admin keys has',
    values: { admin: 'admin keys', all: 'project keys, too, labeled `organization.admin_api_key`' },
    evidence: 'assumed',
    reason: 'the authors of cartography report that the real list has project keys',
  },
  service_account_key_delete: {
    title: 'Deleting a single key of a service account',
    values: { allow: 'deletes it', reject: '400' },
    evidence: 'sdk',
    reason: 'the official clients of autumn 2026 can do it; the document of August 2026 responds 400',
  },
  exclusive_fields: {
    title: 'A request with two fields that exclude each other',
    values: { reject: '400', ignore: 'the second field is ignored' },
    evidence: 'sdk',
    reason: "the official clients' own test suites send every optional field",
  },
  audit_project: {
    title: 'The project of an audit event',
    values: { default: 'the default project', own: 'the project that was written to' },
    evidence: 'spec',
    reason: 'the document associates what an admin key does with the default project',
  },
  admin_key_events: {
    title: 'The types of audit events about admin keys',
    values: {
      api_key: '`api_key.*`',
      tenant: '`tenant.admin_api_key.*`',
      both: 'one event of each type',
    },
    evidence: 'assumed',
    reason: 'both kinds of types are published',
  },
  organization_header: {
    title: "An `OpenAI-Organization` header that names a different organization than the key's",
    values: { ignore: 'has no effect', check: '401 `mismatched_organization`' },
    evidence: 'assumed',
    reason: 'sibling routes return that 401',
  },
} as const satisfies Record<string, Switch>

export type SwitchName = keyof typeof switches

/** The value of each switch. */
export type SwitchValues = { [Name in SwitchName]: keyof (typeof switches)[Name]['values'] }

export const switchNames = Object.keys(switches) as SwitchName[]

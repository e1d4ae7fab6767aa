// The resources that the official clients have under `admin.organization`, and `models`. A test file that belongs to none of
// them fails the run, so that nobody overlooks a resource that a newer client adds.

/** Resources whose tests run; of `models`, only the tests of list. */
export const emulatedResources = [
  'admin_api_keys',
  'audit_logs',
  'models',
  'projects',
  'projects/api_keys',
  'projects/service_accounts',
  'projects/service_accounts/api_keys',
] as const

/** Resources that the emulator does not have: it responds with 501. */
export const missingResources = [
  'certificates',
  'data_retention',
  'external_keys',
  'external_storage',
  'groups',
  'groups/roles',
  'groups/users',
  'invites',
  'projects/certificates',
  'projects/data_retention',
  'projects/groups',
  'projects/groups/roles',
  'projects/hosted_tool_permissions',
  'projects/model_permissions',
  'projects/rate_limits',
  'projects/roles',
  'projects/service_tier_settings',
  'projects/spend_alerts',
  'projects/spend_limit',
  'projects/users',
  'projects/users/roles',
  'roles',
  'spend_alerts',
  'spend_limit',
  'usage',
  'users',
  'users/roles',
  'workload_identity_providers',
  'workload_identity_providers/federation_rules',
] as const

const allResources: readonly string[] = [...emulatedResources, ...missingResources]

/** Returns what the clients' spellings of a resource have in common: `projectapikey` for `projects/api-keys`. */
const keyOf = (resource: string) =>
  resource
    .split('/')
    .map((part) => part.replaceAll(/[-_]/g, '').replace(/s$/, ''))
    // Node keeps the tests of a resource with subresources in its folder: projects/projects.
    .filter((part, n, parts) => part !== parts[n - 1])
    .join('')

const byKey = new Map(allResources.map((resource) => [keyOf(resource), resource]))

/** Returns the resource that a client spells like this, or undefined if neither list has it. */
export const findResource = (spelling: string): string | undefined => byKey.get(keyOf(spelling))

/** Returns whether the emulator has the resource. */
export const isEmulated = (resource: string): boolean => (emulatedResources as readonly string[]).includes(resource)

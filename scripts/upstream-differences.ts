import type { Difference } from './compare-schemas.ts'

interface DeliberateDifference extends Difference {
  /** Why openapi.yaml differs, and on what evidence (docs/fidelity.md has the kinds of evidence). */
  reason: string
  /** The whole published document has no such difference: it is outside of its slices. */
  isOnlyInSlices?: true
}

const unpublished = (reason: string, places: readonly string[]): DeliberateDifference[] =>
  places.map((place) => ({ place, kind: 'unpublished', reason }))

const missing = (reason: string, places: readonly string[]): DeliberateDifference[] =>
  places.map((place) => ({ place, kind: 'missing', reason }))

/** Values that the official Node client 7.55 of November 2026 has in addition, by component of the published document. */
export const valuesOfClients: Readonly<Record<string, readonly string[]>> = {
  PublicProjectResidency: ['JP_STORAGE_PROCESSING', 'IN_STORAGE_PROCESSING', 'AU_STORAGE_PROCESSING'],
  AuditLogEventType: [
    'external_storage.registered',
    'external_storage.removed',
    'tenant.trusted_access.business_verification.started',
    'tenant.trusted_access.application.submitted',
  ],
}

/**
 * Every deliberate difference between openapi.yaml and the published document of August 2026 (version 2.3.0): the check fails
 * for any other one, and for one that no longer exists.
 */
export const deliberateDifferences: readonly DeliberateDifference[] = [
  ...unpublished('sdk: `projects.apiKeys.update()` of the official Node client 7.55; its operationId is our own', [
    'POST /organization/projects/{project_id}/api_keys/{api_key_id}',
  ]),
  ...unpublished('sdk: `ProjectCreateParams` and `ProjectUpdateParams` of the official Node client 7.55', [
    'ProjectCreateRequest.geography',
    'ProjectUpdateRequest.geography',
  ]),
  ...unpublished('sdk: `ProjectResidency` and the event types of the official Node client 7.55', [
    ...Object.entries(valuesOfClients).flatMap(([component, values]) =>
      values.map((value) => `${component} value ${value}`),
    ),
  ]),
  ...unpublished('sdk: keys of projects and service accounts expire in the official Node client 7.55', [
    'ProjectApiKey.expires_at',
    'ProjectServiceAccountApiKey.expires_at',
    'ServiceAccountApiKeyBody.expires_at',
    'ProjectServiceAccountCreateRequest.expires_in_seconds',
    'CreateProjectServiceAccountApiKeyBody.expires_in_seconds',
  ]),
  ...unpublished('sdk: `APIKeyUpdated.ChangesRequested` of the official Node client 7.59', [
    'AuditLog.api_key.updated.changes_requested.expires_in_seconds',
  ]),
  ...unpublished('sdk: the official clients send `effective_at[gt]=…`; a parameter without a style would be `gt=…`', [
    'list-audit-logs query effective_at style deepObject',
    'list-audit-logs query effective_at explode true',
  ]),
  ...missing('assumed: an empty body counts as `{}`, in which these operations require no field', [
    'modify-project body required',
    'update-project-service-account body required',
  ]),
  {
    place: 'GET /models',
    kind: 'unpublished',
    reason: 'spec: the published document has it, and the official Node client 7.55; no slice does',
    isOnlyInSlices: true,
  },
]

/** Returns how the differences found deviate from the deliberate ones; nothing if they are the same. */
export function unexpectedDifferences(found: readonly Difference[]): string[] {
  const describe = ({ place, kind }: Difference) =>
    kind === 'missing' ? `${place} is missing from openapi.yaml` : `${place} is not in the published document`
  const [texts, deliberate] = [found.map(describe), deliberateDifferences.map(describe)]
  const gone = deliberateDifferences.filter((each) => !each.isOnlyInSlices && !texts.includes(describe(each)))
  return [
    ...texts.filter((text) => !deliberate.includes(text)),
    ...gone.map((each) => `not a difference, but in scripts/upstream-differences.ts: ${describe(each)}`),
  ]
}

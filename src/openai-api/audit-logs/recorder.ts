import type { Behavior } from '../behavior.ts'
import { toJson } from '../json-text.ts'
import type { Actor } from '../keys/caller.ts'
import type { AuditEvent } from './schemas.ts'
import type { AuditStore, NewEvent } from './store.ts'

interface RecorderDeps {
  /** Returns the store, which a sandbox without writes never creates. */
  store: () => AuditStore
  /** Returns the sandbox time in Unix seconds. */
  now: () => number
  generateId: () => string
  behavior: () => Behavior
  /** Returns the default project. */
  defaultProject: () => EventProject
}

interface EventProject {
  id: string
  name: string
}

/** A write that the log records. */
export interface RecordedWrite {
  type: string
  /** The id of what was written to. */
  resource: string
  /** What the event says besides the id. */
  details?: object
  /** The project that was written to; undefined for what belongs to none. */
  project?: EventProject
  actor: Actor
}

/** Returns the row of an event. `resource` is the id of what it is about. */
export function toEventRow(event: AuditEvent, resource: string | null): NewEvent {
  const { id, type, effective_at, project, actor } = event
  const key = actor?.api_key
  const user = key?.user ?? actor?.session?.user
  return {
    id,
    type,
    effective_at,
    project_id: project?.id ?? null,
    actor_key_id: key?.id ?? null,
    actor_id: user?.id ?? key?.service_account?.id ?? null,
    actor_email: user?.email ?? null,
    resource_id: resource,
    json: toJson(event),
  }
}

/** Appends events to the audit log; call it in the transaction of the write. */
export function createAuditRecorder({ store, now, generateId, behavior, defaultProject }: RecorderDeps) {
  // It cannot be modified.
  let cachedDefault: EventProject | undefined
  function projectOf(project: EventProject | undefined): EventProject {
    if (behavior().audit_project === 'own' && project !== undefined) return project
    cachedDefault ??= defaultProject()
    return cachedDefault
  }

  function record({ type, resource, details, project, actor }: RecordedWrite): void {
    const { id, name } = projectOf(project)
    const event = (eventId: string): AuditEvent => ({
      id: eventId,
      type,
      effective_at: now(),
      project: { id, name },
      actor,
      [type]: { id: resource, ...details },
    })
    // A seeded sequence can repeat what an earlier run stored.
    while (!store().insert(toEventRow(event(generateId()), resource)));
  }

  return {
    record,
    /** Records a write to an admin key: `action` is what happened to it. */
    recordAdminKey(action: 'created' | 'deleted', resource: string, details: object | undefined, actor: Actor): void {
      const { admin_key_events } = behavior()
      const write = { resource, actor, ...(details === undefined ? {} : { details }) }
      if (admin_key_events !== 'tenant') record({ ...write, type: `api_key.${action}` })
      if (admin_key_events !== 'api_key') record({ ...write, type: `tenant.admin_api_key.${action}` })
    },
  }
}

export type AuditRecorder = ReturnType<typeof createAuditRecorder>

import { parseTime } from '../../common/time.ts'
import { digest } from '../../openai-api/keys/secret.ts'
import type { Path } from '../../schema/schema-errors.ts'
import { type DuplicateCheck, idsOf, type Unique, valueField } from './duplicates.ts'
import type { SeedEvent, SeedProject, SeedUserKey } from './project-schema.ts'
import type { SeedSource } from './source.ts'
import { checkTimes } from './times.ts'

interface ProjectCheckOptions {
  duplicates: DuplicateCheck
  /** The sandbox to which the seeds are added: it has a default project, and events may name its projects. */
  sandbox?: { hasProject: (id: string) => boolean }
}

/** Finds mistakes in the projects and events of seeds that are loaded together, those that a schema cannot express. */
export class ProjectCheck {
  readonly #duplicates: DuplicateCheck
  readonly #sandbox: ProjectCheckOptions['sandbox']
  readonly #projects = new Set<string>()
  #hasDefault = false

  constructor({ duplicates, sandbox }: ProjectCheckOptions) {
    this.#duplicates = duplicates
    this.#sandbox = sandbox
  }

  /** `now` in Unix milliseconds is the base of relative times. */
  check(source: SeedSource, now: number): void {
    const { projects = [] } = source.parts.sections
    for (const [index, project] of projects.entries()) this.#checkProject(source, ['projects', index], project, now)
  }

  /** Must be called once all projects are known. */
  checkEvents(source: SeedSource, now: number): void {
    const { audit_logs = [] } = source.parts.sections
    for (const [index, event] of audit_logs.entries()) this.#checkEvent(source, ['audit_logs', index], event, now)
  }

  #checkProject(source: SeedSource, path: Path, project: SeedProject, now: number): void {
    if (project.default && this.#sandbox)
      source.report([...path, 'default'], 'absent: the sandbox has a default project')
    else if (project.default && this.#hasDefault) source.report([...path, 'default'], 'given for one project only')
    this.#hasDefault ||= project.default === true
    if (project.default && project.archived_at != null)
      source.report([...path, 'archived_at'], 'null for the default project')
    if (project.default && project.generate !== undefined)
      source.report([...path, 'generate'], 'absent for the default project')
    checkTimes(source, path, project, now)
    this.#checkEntry(source, path, 'project', project, project.generate)
    for (const id of idsOf(project)) this.#projects.add(id)
    const copies = project.generate ?? 1
    for (const [index, account] of (project.service_accounts ?? []).entries()) {
      const accountPath = [...path, 'service_accounts', index]
      checkTimes(source, accountPath, account, now)
      this.#checkEntry(source, accountPath, 'service account', account, copies * (account.generate ?? 1))
      this.#checkKeys(source, accountPath, account.api_keys, copies * (account.generate ?? 1), now)
    }
    this.#checkKeys(source, path, project.api_keys, copies, now)
  }

  #checkKeys(source: SeedSource, path: Path, keys: readonly SeedUserKey[] = [], copies: number, now: number): void {
    for (const [index, key] of keys.entries()) {
      const keyPath = [...path, 'api_keys', index]
      // An export may have a key whose expiry was set after the clock was set back.
      const { expires_at, ...otherTimes } = key
      const parts = key.value_sha256 === undefined ? [key] : [otherTimes, { expires_at }]
      for (const part of parts) checkTimes(source, keyPath, part, now)
      checkTimes(source, [...keyPath, 'owner'], key.owner, now)
      const count = copies * (key.generate ?? 1)
      this.#checkEntry(source, keyPath, 'project key', key, count)
      const field = valueField(key)
      const value = key[field]
      if (value === undefined) continue
      if (count > 1)
        source.report([...keyPath, field], 'absent: several keys are generated, and a value belongs to one')
      const sha256 = key.value === undefined ? value : digest(value)
      this.#duplicates.checkValue(sha256, { source, path: [...keyPath, field] }, field)
    }
  }

  #checkEvent(source: SeedSource, path: Path, event: SeedEvent, now: number): void {
    if (event.effective_at !== undefined && parseTime(event.effective_at, now) === undefined)
      source.report([...path, 'effective_at'], 'a valid time from 1970 to 9999')
    if (event.project != null && !this.#hasProject(event.project)) {
      const rule = `the id of a project in the seed${this.#sandbox ? ' or the sandbox' : ''}`
      source.report([...path, 'project'], rule)
    }
    if (event.project === null && event.project_name !== undefined)
      source.report([...path, 'project_name'], 'absent: the event has no project')
    this.#checkEntry(source, path, 'event', event, event.generate)
  }

  #hasProject(id: string): boolean {
    return this.#projects.has(id) || this.#sandbox?.hasProject(id) === true
  }

  /** Checks the id of an entry that stands for `count` objects. */
  #checkEntry(
    source: SeedSource,
    path: Path,
    kind: Unique,
    entry: { id?: string; generate?: number },
    count = 1,
  ): void {
    if (entry.id === undefined) return
    if (count > 1 && !(entry.id.includes('{n}') && count === entry.generate)) {
      source.report(
        [...path, 'id'],
        count === entry.generate ? 'an id that contains {n}' : 'absent: its parent is generated several times',
      )
      return
    }
    this.#duplicates.checkIds(kind, entry, { source, path: [...path, 'id'] })
  }
}

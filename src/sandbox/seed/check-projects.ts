import { parseTime } from '../../common/time.ts'
import { digest } from '../../openai-api/keys/secret.ts'
import { type Path, quoteName } from '../../schema/schema-errors.ts'
import { expandIndex } from './expand-index.ts'
import type { SeedAccount, SeedEvent, SeedProject } from './project-schema.ts'
import type { SeedSource } from './source.ts'
import { checkTimes } from './times.ts'

type SeedProjectKey = NonNullable<SeedAccount['api_keys']>[number]

// Inserting takes about 20 microseconds each, during which no request is processed.
const maxObjects = 1_000_000

/** Finds mistakes in the projects and events of seeds that are loaded together, those that a schema cannot express. */
export class ProjectCheck {
  readonly #first = new Map<string, { source: SeedSource; path: Path }>()
  readonly #projects = new Set<string>()
  #hasDefault = false
  #count = 0

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
    if (project.default && this.#hasDefault) source.report([...path, 'default'], 'given for one project only')
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

  #checkKeys(source: SeedSource, path: Path, keys: readonly SeedProjectKey[] = [], copies: number, now: number): void {
    for (const [index, key] of keys.entries()) {
      const keyPath = [...path, 'api_keys', index]
      checkTimes(source, keyPath, key, now)
      const count = copies * (key.generate ?? 1)
      this.#checkEntry(source, keyPath, 'project key', key, count)
      const field = key.value === undefined ? 'value_sha256' : 'value'
      if (key[field] === undefined) continue
      if (count > 1)
        source.report([...keyPath, field], 'absent: several keys are generated, and a value belongs to one')
      const sha256 = key.value === undefined ? key[field] : digest(key.value)
      this.#checkUnique(source, [...keyPath, field], `value ${sha256}`, field)
    }
  }

  #checkEvent(source: SeedSource, path: Path, event: SeedEvent, now: number): void {
    if (event.effective_at !== undefined && parseTime(event.effective_at, now) === undefined)
      source.report([...path, 'effective_at'], 'a valid time from 1970 to 9999')
    if (event.project != null && !this.#projects.has(event.project))
      source.report([...path, 'project'], 'the id of a project in the seed')
    this.#checkEntry(source, path, 'event', event, event.generate)
  }

  /** Checks the id of an entry, and counts the objects that it stands for. */
  #checkEntry(
    source: SeedSource,
    path: Path,
    kind: string,
    entry: { id?: string; generate?: number },
    count = 1,
  ): void {
    this.#count += count
    if (this.#count > maxObjects) {
      source.report(path, { problem: `must be among at most ${maxObjects} projects, accounts, keys and events in all` })
      return
    }
    if (entry.id === undefined) return
    if (count > 1 && !(entry.id.includes('{n}') && count === entry.generate)) {
      source.report(
        [...path, 'id'],
        count === entry.generate ? 'an id that contains {n}' : 'absent: its parent is generated several times',
      )
      return
    }
    for (const id of idsOf(entry)) this.#checkUnique(source, [...path, 'id'], `${kind} ${id}`, `id ${quoteName(id)}`)
  }

  #checkUnique(source: SeedSource, path: Path, key: string, shown: string): void {
    const first = this.#first.get(key)
    if (first === undefined) this.#first.set(key, { source, path })
    else
      source.report(path, {
        statement: `duplicate ${shown}, first used ${first.source.describePlace(first.path, source)}`,
      })
  }
}

/** Returns the ids of the objects that an entry stands for. */
function idsOf(entry: { id?: string; generate?: number }): string[] {
  const { id, generate = 1 } = entry
  return id === undefined ? [] : Array.from({ length: generate }, (_, n) => expandIndex(id, entry, n + 1))
}

import type { OrganizationStore } from '../../openai-api/organization/store.ts'
import { ProjectCheck } from './check-projects.ts'
import { DuplicateCheck, type Unique } from './duplicates.ts'
import { type ResolvedSeedKey, resolveKeys } from './merge.ts'
import type { Mistakes } from './mistakes.ts'
import type { SeedEvent, SeedProject } from './project-schema.ts'
import { assertSize } from './size.ts'
import type { SeedSource } from './source.ts'
import type { SeedTarget } from './target.ts'
import { withoutValues } from './without-values.ts'

/** What is added to a sandbox. */
export interface Addition {
  projects: SeedProject[]
  audit_logs: SeedEvent[]
  keys: ResolvedSeedKey[]
  /** The ids of all models of the sandbox afterwards; undefined if none are added. */
  models: readonly string[] | undefined
}

const addedSections = ['projects', 'audit_logs', 'models']
const maxModels = 1000

type Sandbox = Pick<SeedTarget, 'store' | 'settings'>

/**
 * Returns what a seed adds to a sandbox; `now` in Unix milliseconds. Throws SeedError for all mistakes, also for what the sandbox
 * already has.
 */
export function resolveAddition(source: SeedSource, mistakes: Mistakes, sandbox: Sandbox, now: number): Addition {
  const { store } = sandbox
  const { sections } = source.parts
  for (const section of Object.keys(sections)) {
    if (addedSections.includes(section)) continue
    source.report([section], 'absent: only projects, audit events, models and keys can be added')
  }
  assertSize(source, { user: sandbox.settings.organization.user, projects: projectsOfEvents(sections, store) })
  const duplicates = new DuplicateCheck({
    has: (kind, text) => isInSandbox(store, kind, text),
    idsWithNumber: store.adminApiKeys.idsWithNumber,
  })
  const hasProject = (id: string) => store.projects.byId(id) !== undefined
  const projects = new ProjectCheck({ duplicates, sandbox: { hasProject } })
  projects.check(source, now)
  projects.checkEvents(source, now)
  const keys = resolveKeys(source, now, duplicates)
  const models = resolveModels(source, sandbox)
  mistakes.throwIfAny()
  return { projects: withoutValues(sections.projects ?? []), audit_logs: sections.audit_logs ?? [], keys, models }
}

/** Returns the projects that the events of a seed can name: those of the seed, and those of the sandbox that they do name. */
function projectsOfEvents(
  { projects = [], audit_logs = [] }: SeedSource['parts']['sections'],
  store: OrganizationStore,
) {
  const ids = new Set(audit_logs.map(({ project }) => project ?? ''))
  const existing = [store.projects.default(), ...[...ids].map((id) => store.projects.byId(id))]
  return [...projects, ...existing.filter((project) => project !== undefined)]
}

function isInSandbox(store: OrganizationStore, kind: Unique, text: string): boolean {
  switch (kind) {
    case 'admin key':
      return store.adminApiKeys.byId(text) !== undefined
    case 'value':
      return (store.adminApiKeys.byDigest(text) ?? store.projectApiKeys.byDigest(text)) !== undefined
    case 'project':
      return store.projects.byId(text) !== undefined
    case 'service account':
      return store.serviceAccounts.byId(text) !== undefined
    case 'project key':
      return store.projectApiKeys.byId(text) !== undefined
    case 'event':
      return store.auditLogs.positionOf(text) !== undefined
    default:
      return kind satisfies never
  }
}

/** Returns all models of a sandbox with those of a seed; undefined if it has none. Reports those that exist. */
function resolveModels(source: SeedSource, { settings }: Sandbox): readonly string[] | undefined {
  const { models: added } = source.parts.sections
  if (added === undefined) return undefined
  const all = new Set(settings.models)
  for (const [index, id] of added.entries()) {
    if (all.has(id)) source.report(['models', index], 'the id of a model that neither the seed nor the sandbox has yet')
    all.add(id)
  }
  if (all.size > maxModels) source.report(['models'], `short enough: a sandbox has at most ${maxModels} models`)
  return [...all]
}

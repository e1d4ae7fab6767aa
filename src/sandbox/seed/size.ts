import { toPointer } from '../../schema/schema-errors.ts'
import { SeedTooLarge } from './mistakes.ts'
import type { SeedEvent, SeedProject } from './project-schema.ts'
import type { SeedKey } from './schema.ts'
import type { SeedSource, ValidParts } from './source.ts'

// Inserting takes up to 10 microseconds an object.
const maxObjects = 1_000_000

const maxGeneratedLength = 64 * 1024 * 1024

// A million objects may copy texts of usual length, such as ids and names.
const uncountedLength = 100

type Section = 'keys' | 'projects' | 'audit_logs'

type SizedParts = Pick<ValidParts, 'keys'> & { sections: Pick<ValidParts['sections'], 'projects' | 'audit_logs'> }

/** An entry of a seed, how many objects it stands for, and the length of what each of them copies from elsewhere. */
interface Sized {
  section: Section
  entry: SeedKey | SeedProject | SeedEvent
  count: number
  copied: number
}

/** What objects copy texts from: the user of the organization, and the projects that events can name. */
interface Origins {
  user?: { id?: string; name?: string; email?: string }
  projects?: readonly { id?: string; name: string; generate?: number }[]
}

/** Throws SeedTooLarge if the objects of a seed are too many, or the texts that it generates or copies too long. */
export function assertSize(source: SeedSource, origins: Origins): void {
  const sums = { keys: 0, projects: 0, audit_logs: 0 }
  let count = 0
  let length = 0
  for (const sized of entriesOf(source.parts, origins)) {
    sums[sized.section] += sized.count
    count += sized.count
    const generated = sized.count > 1 ? generatedLength(sized) : 0
    length += sized.count * (Math.max(0, sized.copied - uncountedLength) + generated)
  }
  const problem = problemOf(count, length)
  if (problem === undefined) return
  const [[section] = ['keys']] = Object.entries(sums).sort(([, one], [, other]) => other - one)
  throw new SeedTooLarge(source.mistakeAt([section], { problem }), problem, toPointer([section]))
}

function problemOf(count: number, length: number): string | undefined {
  if (count > maxObjects) {
    return `must be at most ${maxObjects} keys, projects, accounts and events in all, including generated ones, got ${count}`
  }
  if (length <= maxGeneratedLength) return undefined
  return `must generate at most ${maxGeneratedLength} characters of ids, names, owners and details, including long ones that objects copy from the user or a project, got ${length}`
}

/** Returns the number of objects and events of a seed. */
export function countObjects(parts: SizedParts): number {
  let sum = 0
  for (const { count } of entriesOf(parts)) sum += count
  return sum
}

function* entriesOf({ keys, sections }: SizedParts, { user = {}, projects = [] }: Origins = {}): Generator<Sized> {
  const owner = lengthOf([user.id, user.name])
  for (const key of keys) {
    if (key === undefined) continue
    yield { section: 'keys', entry: key, count: key.generate ?? 1, copied: key.owner === undefined ? owner : 0 }
  }
  const email = lengthOf([user.email])
  for (const project of sections.projects ?? []) yield* entriesOfProject(project, email)
  const longest = projects.reduce((max, { id, name, generate }) => Math.max(max, lengthOf([id, name], generate)), 0)
  for (const event of sections.audit_logs ?? []) {
    const copied = event.project === null ? 0 : longest
    yield { section: 'audit_logs', entry: event, count: event.generate ?? 1, copied }
  }
}

function* entriesOfProject(project: SeedProject, email: number): Generator<Sized> {
  const section = 'projects'
  const copies = project.generate ?? 1
  yield { section, entry: project, count: copies, copied: 0 }
  const projectId = lengthOf([project.id], copies)
  for (const account of project.service_accounts ?? []) {
    const count = copies * (account.generate ?? 1)
    yield { section, entry: account, count, copied: projectId }
    const copied = projectId + lengthOf([account.id], count)
    for (const key of account.api_keys ?? [])
      yield { section, entry: key as SeedKey, count: count * (key.generate ?? 1), copied }
  }
  for (const key of project.api_keys ?? []) {
    const copied = projectId + (key.owner?.email === undefined ? email : 0)
    yield { section, entry: key as SeedKey, count: copies * (key.generate ?? 1), copied }
  }
}

/** Returns an upper limit of the length of the texts of one generated object. */
function generatedLength({ entry, count }: Sized): number {
  const { id, name, project_name, redacted_value, external_key_id, owner, ...others } = entry as Record<string, unknown>
  const { scopes, details, actor } = others
  const ownerTexts = Object.values((owner ?? {}) as object)
  const texts = [id, name, project_name, redacted_value, external_key_id, ...ownerTexts].filter(
    (text) => typeof text === 'string',
  )
  const objects = [scopes, details, actor].filter((each) => each !== undefined).map((each) => JSON.stringify(each))
  return lengthOf([...texts, ...objects], count)
}

/** Returns an upper limit of the length of texts in which {n} becomes a number up to `count`. */
function lengthOf(texts: readonly (string | undefined)[], count = 1): number {
  const digits = String(count).length
  const numbersLength = (text: string) => Math.max(0, digits - 3) * (text.split('{n}').length - 1)
  return texts.reduce((sum, text = '') => sum + text.length + numbersLength(text), 0)
}

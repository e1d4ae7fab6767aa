import { toPointer } from '../../schema/schema-errors.ts'
import { SeedTooLarge } from './mistakes.ts'
import type { SeedEvent, SeedProject } from './project-schema.ts'
import type { SeedKey } from './schema.ts'
import type { SeedSource, ValidParts } from './source.ts'

// Inserting takes about 10 microseconds an object, during which no request is processed.
const maxObjects = 1_000_000

const maxGeneratedLength = 64 * 1024 * 1024

type Section = 'keys' | 'projects' | 'audit_logs'

type SizedParts = Pick<ValidParts, 'keys'> & { sections: Pick<ValidParts['sections'], 'projects' | 'audit_logs'> }

/** An entry of a seed, and how many objects it stands for. */
interface Sized {
  section: Section
  entry: SeedKey | SeedProject | SeedEvent
  count: number
}

/** Throws SeedTooLarge if the objects of a seed are too many, or the texts that it generates too long. */
export function assertSize(source: SeedSource): void {
  const sums = { keys: 0, projects: 0, audit_logs: 0 }
  let count = 0
  let length = 0
  for (const sized of entriesOf(source.parts)) {
    sums[sized.section] += sized.count
    count += sized.count
    if (sized.count > 1) length += sized.count * generatedLength(sized)
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
  return `must generate at most ${maxGeneratedLength} characters of ids, names, owners and details, got ${length}`
}

/** Returns the number of objects and events of a seed. */
export function countObjects(parts: SizedParts): number {
  let sum = 0
  for (const { count } of entriesOf(parts)) sum += count
  return sum
}

function* entriesOf({ keys, sections }: SizedParts): Generator<Sized> {
  for (const key of keys) if (key !== undefined) yield { section: 'keys', entry: key, count: key.generate ?? 1 }
  for (const project of sections.projects ?? []) yield* entriesOfProject(project)
  for (const event of sections.audit_logs ?? []) {
    yield { section: 'audit_logs', entry: event, count: event.generate ?? 1 }
  }
}

function* entriesOfProject(project: SeedProject): Generator<Sized> {
  const section = 'projects'
  const copies = project.generate ?? 1
  yield { section, entry: project, count: copies }
  for (const account of project.service_accounts ?? []) {
    const count = copies * (account.generate ?? 1)
    yield { section, entry: account, count }
    for (const key of account.api_keys ?? [])
      yield { section, entry: key as SeedKey, count: count * (key.generate ?? 1) }
  }
  for (const key of project.api_keys ?? []) {
    yield { section, entry: key as SeedKey, count: copies * (key.generate ?? 1) }
  }
}

/** Returns an upper limit of the length of the texts of one generated object. */
function generatedLength({ entry, count }: Sized): number {
  const { id, name, external_key_id, owner, scopes, details, actor } = entry as Record<string, unknown>
  const texts = [id, name, external_key_id, ...Object.values((owner ?? {}) as object)].filter(
    (text) => typeof text === 'string',
  )
  const objects = [scopes, details, actor].filter((each) => each !== undefined).map((each) => JSON.stringify(each))
  const digits = String(count).length
  const numbersLength = (text: string) => Math.max(0, digits - 3) * (text.split('{n}').length - 1)
  return [...texts, ...objects].reduce((sum, text) => sum + text.length + numbersLength(text), 0)
}

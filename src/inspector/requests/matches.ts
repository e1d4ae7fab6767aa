import type { JournalEntry } from '../api/types.ts'

type Filters = Readonly<Record<string, string>>
type Predicate = (entry: JournalEntry, value: string) => boolean

/** Returns the id of the key whose value a request had, also where it was refused because the key had expired or was deleted. */
export function sentKeyOf({ calling_key_id, status, reason }: JournalEntry): string | undefined {
  if (calling_key_id !== null) return calling_key_id
  // With another status, the reason is about the key in the path.
  return status === 401 ? /^key_(?:expired|deleted); key=([^;]+)/.exec(reason ?? '')?.[1] : undefined
}

/** The filters of the journal, with the names and the meaning that they have in the control API; `sent_key_id` is of the page. */
const predicates: Record<string, Predicate> = {
  operation: (entry, value) => String(entry.operation) === value,
  status: ({ status }, value) => status !== null && matchesStatus(status, value),
  method: ({ method }, value) => method === value.toUpperCase(),
  path: ({ path }, value) => path === value,
  key_id: ({ key_id }, value) => key_id === value,
  calling_key_id: ({ calling_key_id }, value) => calling_key_id === value,
  sent_key_id: (entry, value) => sentKeyOf(entry) === value,
  fault_id: ({ fault_id }, value) => fault_id === value,
  delivered: ({ delivered }, value) => String(delivered) === value,
  filter: matchesText,
}

export const filterNames = Object.keys(predicates)

const matchesStatus = (status: number, value: string) =>
  /^[1-5]xx$/i.test(value) ? String(status)[0] === value[0] : String(status) === value

function matchesText(entry: JournalEntry, value: string): boolean {
  const { id, path, operation, key_id, calling_key_id, fault_id, reason } = entry
  const part = value.toLowerCase()
  return [id, path, operation, key_id, calling_key_id, fault_id, reason].some((text) =>
    text?.toLowerCase().includes(part),
  )
}

let last: { entries: readonly JournalEntry[]; filters: Filters; matching: readonly JournalEntry[] } | undefined

/** Returns the entries that match every filter, the newest first. The page asks again for the same at each rendering. */
export function filterEntries(entries: readonly JournalEntry[], filters: Filters): readonly JournalEntry[] {
  if (last?.entries !== entries || last.filters !== filters) {
    const given = Object.entries(filters).filter(([name]) => filterNames.includes(name))
    const matches = (entry: JournalEntry) => given.every(([name, value]) => predicates[name]?.(entry, value))
    last = { entries, filters, matching: entries.filter(matches).reverse() }
  }
  return last.matching
}

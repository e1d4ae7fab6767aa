import type { JournalEntry } from '../api/types.ts'

/** Returns all attempts of the call that a request belongs to, in order: the same method, URL and body, one retry apart. */
export function attemptsOf(entries: readonly JournalEntry[], entry: JournalEntry): JournalEntry[] {
  const { method, url, body } = entry
  const same = entries.filter((each) => each.method === method && each.url === url && each.body === body)
  const position = same.findIndex(({ id }) => id === entry.id)
  if (position < 0 || entry.retry_count === null) return [entry]
  const chain = [entry]
  for (let index = position - 1; index >= 0; index--) {
    const previous = same[index] as JournalEntry
    if (previous.retry_count === ((chain[0] as JournalEntry).retry_count ?? 0) - 1) chain.unshift(previous)
  }
  for (const next of same.slice(position + 1)) {
    if (next.retry_count === (chain.at(-1)?.retry_count ?? 0) + 1) chain.push(next)
    // The first attempt of another call.
    else if (next.retry_count === 0) break
  }
  return chain
}

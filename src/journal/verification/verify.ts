import type { JournalRecord } from '../entry.ts'
import { ClosestEntries } from './closest.ts'
import { createComparison } from './compare.ts'
import type { ExpectedRequest, Times, Verification, VerificationResult } from './schemas.ts'

type Records = readonly JournalRecord[]

/** Returns whether the records are as expected, and if not, the closest ones. Yields after each record. */
export function* verify(records: Records, verification: Verification): Generator<void, VerificationResult> {
  const { times = { at_least: 1 }, in_order, ...expected } = verification
  return in_order === undefined ? yield* verifyTimes(records, expected, times) : yield* verifyOrder(records, in_order)
}

function* verifyTimes(records: Records, expected: ExpectedRequest, times: Times): Generator<void, VerificationResult> {
  const differencesOf = createComparison(expected)
  const [matching, others] = [new ClosestEntries(), new ClosestEntries()]
  let count = 0
  for (const record of records) {
    const differs = differencesOf(record)
    if (differs.length === 0) count++
    const candidates = differs.length === 0 ? matching : others
    candidates.add(record, differs)
    yield
  }
  const { least, most } = toRange(times)
  const verified = count >= least && count <= most
  const closest = count < least ? others.toResult() : matching.toResult()
  return { verified, count, expected: times, closest: verified ? [] : closest }
}

function toRange(times: Times): { least: number; most: number } {
  if (typeof times === 'number') return { least: times, most: times }
  const { at_least: least = 0, at_most: most = Number.POSITIVE_INFINITY } = times
  return { least, most }
}

/** Others may come between the expected requests. */
function* verifyOrder(
  records: Records,
  expectedRequests: readonly ExpectedRequest[],
): Generator<void, VerificationResult> {
  const comparisons = expectedRequests.map(createComparison)
  const found = new Set<JournalRecord>()
  let last: JournalRecord | undefined
  for (const record of records) {
    if (comparisons[found.size]?.(record).length === 0) {
      found.add(record)
      last = record
    }
    yield
  }
  const [count, expected] = [found.size, expectedRequests.length]
  const missing = comparisons[count]
  if (missing === undefined) return { verified: true, count, expected, closest: [] }
  const closest = new ClosestEntries()
  for (const record of records) {
    const differs = missing(record)
    if (!found.has(record)) closest.add(record, [...differs, ...tooEarly(record, last)])
    yield
  }
  return { verified: false, count, expected, closest: closest.toResult() }
}

function tooEarly({ sequence }: JournalRecord, previous: JournalRecord | undefined) {
  if (previous === undefined || sequence > previous.sequence) return []
  return [{ field: 'in_order', expected: `after ${previous.id}`, got: 'before it' }]
}

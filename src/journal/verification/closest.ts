import type { JournalRecord } from '../entry.ts'
import { isContainer, jsonDifferences } from './json-differences.ts'
import type { Difference, VerificationResult } from './schemas.ts'

type Closest = VerificationResult['closest']

const maxClosest = 3

// Limits the work for a large body, and is less than the weight of one field.
const maxJsonDifferences = 1000

/** Keeps the entries that differ least: in the fewest fields, then in the fewest parts of the body; if equal, the latest. */
export class ClosestEntries {
  #entries: { id: string; differs: Difference[]; weight: number }[] = []

  add({ id }: JournalRecord, differs: Difference[]): void {
    const weight = differs.reduce((sum, difference) => sum + weightOf(difference), 0)
    const index = this.#entries.findIndex((entry) => entry.weight >= weight)
    this.#entries.splice(index < 0 ? this.#entries.length : index, 0, { id, differs, weight })
    this.#entries.length = Math.min(this.#entries.length, maxClosest)
  }

  toResult(): Closest {
    return this.#entries.map(({ id, differs }) => ({ id, differs }))
  }
}

function weightOf({ field, expected, got }: Difference): number {
  return 10 * maxJsonDifferences + (field === 'json' ? jsonWeightOf(expected, got) : 1)
}

/** A missing body, or one of another type, differs more than one with other values. */
function jsonWeightOf(expected: unknown, got: unknown): number {
  const isOfOtherKind = isContainer(expected) !== isContainer(got)
  return isOfOtherKind ? maxJsonDifferences : jsonDifferences(expected, got, maxJsonDifferences).length
}

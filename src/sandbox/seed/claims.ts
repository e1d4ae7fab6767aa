import { expandIndex } from './expand-index.ts'

/** Many ids: those of `id` in which {n} is a number from 1 to `generate`. */
interface IdSeries {
  id: string
  generate: number
  handle: number
  /** What precedes the first number. */
  start: string
}

// Of a million.
const maxDigits = 7

// Fewer ids are claimed one by one: each id is compared with each series.
const minSeriesLength = 10_000

/** Which ids or values of one kind are used, and where each was used first, by a number. */
export class Claims {
  readonly #first = new Map<string, number>()
  #series: IdSeries[] = []

  /** Claims a text. Returns who has it already; undefined if nobody did. */
  claim(text: string, handle: number): number | undefined {
    this.#expandWhere((series) => includes(series, text))
    const first = this.#first.get(text)
    if (first === undefined) this.#first.set(text, handle)
    return first
  }

  /**
   * Claims all ids of an entry at once. Returns false, and claims none, if they must be claimed one by one to find a duplicate.
   * `existing` returns ids that are used elsewhere: those with a digit after `start`.
   */
  claimSeries(id: string, generate: number, handle: number, existing: (start: string) => Iterable<string>): boolean {
    if (generate < minSeriesLength) return false
    const series = { id, generate, handle, start: startOf(id) }
    for (const text of existing(series.start)) if (includes(series, text)) return false
    this.#expandWhere((other) => mayOverlap(series, other))
    for (const text of this.#first.keys()) if (includes(series, text)) return false
    this.#series.push(series)
    return true
  }

  /** Claims the ids of some series one by one. */
  #expandWhere(isConcerned: (series: IdSeries) => boolean): void {
    if (!this.#series.some(isConcerned)) return
    const concerned = this.#series.filter(isConcerned)
    this.#series = this.#series.filter((series) => !concerned.includes(series))
    for (const { id, generate, handle } of concerned)
      for (let n = 1; n <= generate; n++) this.#first.set(expandIndex(id, { generate }, n), handle)
  }
}

function includes({ id, start, generate }: IdSeries, text: string): boolean {
  if (!text.startsWith(start)) return false
  const [digits = ''] = /^[0-9]*/.exec(text.slice(start.length, start.length + maxDigits)) ?? []
  // Digits of the id itself may follow the number.
  const numbers = Array.from(digits, (_, index) => Number(digits.slice(0, index + 1)))
  return numbers.some((n) => n >= 1 && n <= generate && expandIndex(id, { generate }, n) === text)
}

const startOf = (id: string): string => id.slice(0, id.indexOf('{n}'))

/** Returns whether two series may have an id in common: only if their ids start alike. */
function mayOverlap(one: IdSeries, other: IdSeries): boolean {
  const [shorter, longer] = one.start.length < other.start.length ? [one.start, other.start] : [other.start, one.start]
  return longer.startsWith(shorter) && /^[0-9]?$/.test(longer.charAt(shorter.length))
}

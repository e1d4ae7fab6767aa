import { median } from '../../bench/statistics.ts'
import type { RequestCounter } from './request-counter.ts'
import { pairsPerSet, setEndingWith } from './windows.ts'

/** Allowed ratio of the 99th percentile of latencies with hostile clients to that without. */
export const maxSlowdown = 3

// The second only if the first is over the limit, as it may be on a busy machine.
const maxSets = 2

interface WindowPair {
  /** 99th percentiles in milliseconds. */
  ordinary: number
  hostile: number
}

// Without load the 99th percentile can be 5 ms, of which one pause of a shared machine is a multiple. Up to 300 ms beside hostile
// clients, a few blocks of 100 ms in a row, is therefore no failure.
const leastOrdinaryMs = 100

const ratioOf = ({ ordinary, hostile }: WindowPair): number => hostile / Math.max(ordinary, leastOrdinaryMs)

/** Returns the median ratio of the pairs: a single busy moment of the machine does not decide. */
export const slowdownOf = (pairs: readonly WindowPair[]): number => median(pairs.map(ratioOf))

/** Judges each set of windows at its end, and has one more measured if the first is over the limit. */
export function watchSlowdown(counter: RequestCounter, print: (text: string) => void) {
  let latest = Number.NaN
  counter.onWindowEnd(({ index }) => {
    const set = setEndingWith(index)
    if (set === undefined) return
    const pairs = pairsOf(counter, set)
    latest = slowdownOf(pairs)
    print(describe(pairs, latest))
    if (latest <= maxSlowdown || set + 1 >= maxSets) return
    print('measuring another set of windows, in case the machine was busy')
    counter.addSet()
  })
  return {
    /** The slowdown in the last set. */
    latest: () => latest,
  }
}

function pairsOf({ latencies }: RequestCounter, set: number): WindowPair[] {
  const p99 = (index: number) => latencies[index]?.percentile(0.99) ?? Number.NaN
  return Array.from({ length: pairsPerSet }, (_, pair) => {
    const index = 2 * (set * pairsPerSet + pair)
    return { ordinary: p99(index), hostile: p99(index + 1) }
  })
}

function describe(pairs: readonly WindowPair[], slowdown: number): string {
  const list = pairs.map(({ ordinary, hostile }) => {
    const factor = (hostile / ordinary).toFixed(2)
    return `${ordinary.toFixed(1)} and ${hostile.toFixed(1)} ms (${factor} times)`
  })
  return `99th percentile without and beside hostile clients: ${list.join(', ')}; judged ${slowdown.toFixed(2)} times, with at least ${leastOrdinaryMs} ms without`
}

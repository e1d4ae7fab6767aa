/**
 * Windows of requests, alternately without and with hostile clients, so that other load on the machine affects both alike.
 * A set has three pairs of windows.
 */
export const pairsPerSet = 3

// Part of the requests that belongs to no window: code is compiled, caches fill.
const warmUpPart = 0.1

export interface WindowPlan {
  /** Number of requests before the first window. */
  warmUp: number
  /** Number of requests in each window. */
  size: number
}

export interface Window {
  index: number
  kind: 'warm-up' | 'ordinary' | 'hostile'
}

/** Divides at least `requests` requests into the warm-up and a set of windows. */
export function planWindows(requests: number): WindowPlan {
  const warmUp = Math.ceil(requests * warmUpPart)
  return { warmUp, size: Math.ceil((requests - warmUp) / (2 * pairsPerSet)) }
}

export const requestsPerSet = ({ size }: WindowPlan): number => 2 * pairsPerSet * size

/** Returns the window of a request by its number, from 0. */
export function windowAt(count: number, { warmUp, size }: WindowPlan): Window {
  if (count < warmUp) return { index: -1, kind: 'warm-up' }
  const index = Math.floor((count - warmUp) / size)
  return { index, kind: index % 2 === 0 ? 'ordinary' : 'hostile' }
}

/** Returns the number of the set, from 0, whose last window has this index; `undefined` for the other windows. */
export const setEndingWith = (index: number): number | undefined =>
  index >= 0 && (index + 1) % (2 * pairsPerSet) === 0 ? (index + 1) / (2 * pairsPerSet) - 1 : undefined

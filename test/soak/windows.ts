/** Windows of requests, alternately without and with hostile clients, so that other load on the machine affects both alike. */
const windowCount = 6

// Part of all requests that belongs to no window: code is compiled, caches fill.
const warmUpPart = 0.1

export type WindowKind = 'warm-up' | 'ordinary' | 'hostile'

export interface Window {
  index: number
  kind: WindowKind
}

/** Returns the window of a request by its number and the number of all requests. */
export function windowAt(count: number, total: number): Window {
  const position = (count / total - warmUpPart) / (1 - warmUpPart)
  if (position < 0) return { index: -1, kind: 'warm-up' }
  const index = Math.min(Math.floor(position * windowCount), windowCount - 1)
  return { index, kind: index % 2 === 0 ? 'ordinary' : 'hostile' }
}

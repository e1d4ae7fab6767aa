import type { JournalEntry } from '../journal/schemas.ts'

/** The parts of a request that a person needs, as text. */
export interface EntryDescription {
  time: string
  method: string
  /** Path and query. */
  target: string
  status: string
  duration: string | null
  fault: string | null
  reason: string | null
}

export function describeEntry(entry: JournalEntry): EntryDescription {
  const { time, method, path, url, status, delivered, duration_ms, fault_id, reason } = entry
  const query = url.indexOf('?')
  const notDelivered = status !== null && delivered === false ? 'not delivered' : undefined
  return {
    time,
    method,
    target: query < 0 ? path : path + url.slice(query),
    status: status === null ? statusWithoutResponse(entry) : String(status),
    duration: duration_ms === null ? null : `${Math.round(duration_ms)}ms`,
    fault: fault_id,
    reason: [notDelivered, reason ?? undefined].filter((text) => text !== undefined).join('; ') || null,
  }
}

// A pending request is neither delivered nor lost.
const statusWithoutResponse = ({ delivered }: { delivered: boolean | null }) =>
  delivered === null ? 'pending' : 'none'

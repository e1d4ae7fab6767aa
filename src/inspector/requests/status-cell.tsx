import type { JournalEntry } from '../api/types.ts'

/** The status of a response, or why it is missing. */
export function StatusCell({ entry }: { entry: JournalEntry }) {
  const { status, duration_ms, delivered } = entry
  if (status === null && duration_ms === null) return <span class="badge pending">pending</span>
  return (
    <>
      {status !== null && <span class={`status class-${Math.floor(status / 100)}`}>{status}</span>}
      {status === null && delivered !== false && <span class="hint">none</span>}
      {delivered === false && <span class="badge undelivered">undelivered</span>}
    </>
  )
}

import type { JournalEntry } from '../api/types.ts'
import { Detail, Gone } from '../common/detail.tsx'
import { shorten, shortOperation, timeOfDay } from '../common/format.ts'
import { formatJson, TextBlock } from '../common/json.tsx'
import { StatusCell } from '../requests/status-cell.tsx'
import { journal } from '../state/journal.ts'
import { openKey, refreshKeys, stateOf } from '../state/keys.ts'
import { attempt } from '../state/notice.ts'
import { href } from '../state/route.ts'
import { controls } from '../state/sandbox.ts'
import { Badge } from './badge.tsx'

const shownRequests = 10

export function KeyDetail({ id }: { id: string }) {
  const key = openKey.value.value
  if (key === undefined) return <Detail label="Key" title="Key" />
  if (key === null) return <Gone label="Key" text={`There is no key ${shorten(id)} in this sandbox.`} />
  const { state: _, ...shown } = key
  const state = stateOf(key)
  const remove = () =>
    attempt(async () => {
      await controls.value.keys.remove(id)
      refreshKeys()
    }, `Deleted ${id}.`)
  return (
    <Detail
      label="Key"
      title={<bdi>{shorten(key.name ?? id)}</bdi>}
      actions={
        state !== 'deleted' && (
          <button type="button" class="danger" onClick={remove}>
            Delete
          </button>
        )
      }
    >
      <p>
        <Badge state={state} />
      </p>
      <TextBlock label="Key as the API shows it" text={formatJson(shown)} />
      <RequestList title="Requests with this key" field="calling_key_id" id={id} />
      <RequestList title="Requests about this key" field="key_id" id={id} />
    </Detail>
  )
}

function RequestList({ title, field, id }: { title: string; field: 'calling_key_id' | 'key_id'; id: string }) {
  const entries = journal.value.filter((entry) => entry[field] === id)
  return (
    <section class="related">
      <h3>
        {title}
        <a href={href({ panel: 'requests', query: { [field]: id } })}>{entries.length} in Requests</a>
      </h3>
      {entries.length === 0 && <p class="hint">None in the journal.</p>}
      <ul>
        {entries
          .slice(-shownRequests)
          .reverse()
          .map((entry) => (
            <li key={entry.id}>
              <RequestLink entry={entry} />
            </li>
          ))}
      </ul>
    </section>
  )
}

const RequestLink = ({ entry }: { entry: JournalEntry }) => (
  <a href={href({ panel: 'requests', id: entry.id })}>
    <span>{timeOfDay(entry.time)}</span>
    <span>{shortOperation(entry.operation) || entry.method}</span>
    <StatusCell entry={entry} />
  </a>
)

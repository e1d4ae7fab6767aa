import type { ListedKey } from '../api/types.ts'
import { Button } from '../common/button.tsx'
import { Detail, Gone } from '../common/detail.tsx'
import { shorten, timeOfDay } from '../common/format.ts'
import { formatJson, TextBlock } from '../common/json.tsx'
import { shortOperation } from '../common/operations.ts'
import { filterEntries } from '../requests/matches.ts'
import { StatusCell } from '../requests/status-cell.tsx'
import { journal } from '../state/journal.ts'
import { keyList, stateOf } from '../state/keys.ts'
import { attempt } from '../state/notice.ts'
import { href } from '../state/route.ts'
import { controls } from '../state/sandbox.ts'
import { Badge } from './badge.tsx'

const shownRequests = 10

export function KeyDetail({ rowId }: { rowId: string }) {
  const key = keyList.open.value
  if (key === undefined) return <Detail label="Key" />
  if (key === null) return <Gone label="Key">There is no key {shorten(rowId)} in this sandbox.</Gone>
  const { id } = key
  const state = stateOf(key)
  return (
    <Detail
      label="Key"
      title={<bdi>{shorten(key.name ?? id)}</bdi>}
      actions={
        state !== 'deleted' && (
          <Button class="danger" onClick={() => attempt(() => controls().keys.remove(key), `Deleted ${id}.`)}>
            Delete
          </Button>
        )
      }
    >
      <p>
        <Badge state={state} /> <a href={href({ panel: 'audit', query: { resource_id: id } })}>Audit events</a>
        {key.type === 'project' && (
          <>
            {' '}
            <a href={href({ id: undefined, selected: undefined, query: { project_id: key.project.id } })}>
              Keys of the same project
            </a>
          </>
        )}
      </p>
      <TextBlock label="Key as the API shows it" text={asApiShows(key)} />
      <RequestList title="Requests with this key" field="sent_key_id" id={id} />
      <RequestList title="Requests about this key" field="key_id" id={id} />
    </Detail>
  )
}

function asApiShows({ state: _, type, ...key }: ListedKey): string {
  const { project, ...shown } = key as { project?: unknown }
  return formatJson(shown)
}

function RequestList({ title, field, id }: { title: string; field: 'sent_key_id' | 'key_id'; id: string }) {
  const query = { [field]: id }
  const entries = filterEntries(journal.value, query)
  return (
    <section class="related">
      <h3>
        {title}
        <a href={href({ panel: 'requests', query })}>{entries.length} in Requests</a>
      </h3>
      {entries.length === 0 && <p class="hint">None in the journal.</p>}
      <ul>
        {entries.slice(0, shownRequests).map((entry) => (
          <li key={entry.id}>
            <a href={href({ panel: 'requests', id: entry.id })}>
              <span>{timeOfDay(entry.time)}</span>
              <span>{shortOperation(entry.operation) || entry.method}</span>
              <span>
                <StatusCell entry={entry} />
              </span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  )
}

import type { JournalEntry } from '../api/types.ts'
import { Button } from '../common/button.tsx'
import type { Column } from '../common/columns.ts'
import { Split } from '../common/detail.tsx'
import { Empty, FirstRequest } from '../common/empty.tsx'
import { Chips, ChoiceFilter, TextFilter } from '../common/filters.tsx'
import { formatCount, formatDuration, shorten, timeOfDay } from '../common/format.ts'
import { operations, shortOperation } from '../common/operations.ts'
import { VirtualTable } from '../common/virtual-table.tsx'
import { journal, pausedJournal } from '../state/journal.ts'
import { attempt } from '../state/notice.ts'
import { route } from '../state/route.ts'
import { controls } from '../state/sandbox.ts'
import { filterEntries, filterNames } from './matches.ts'
import { RequestDetail } from './request-detail.tsx'
import { StatusCell } from './status-cell.tsx'

const columns: readonly Column<JournalEntry>[] = [
  ['Time', '7rem', 1, ({ time }) => timeOfDay(time)],
  ['Method', '4.5rem', 3, ({ method }) => shorten(method, 12)],
  ['Operation', '5.5rem', 1, ({ operation }) => shortOperation(operation)],
  ['Path', 'minmax(4rem, 3fr)', 2, ({ path }) => <bdi title={shorten(path)}>{shorten(path)}</bdi>],
  ['Status', '7.5rem', 1, (entry) => <StatusCell entry={entry} />],
  ['Duration', '5.5rem', 3, ({ duration_ms }) => formatDuration(duration_ms), 'number'],
  ['Attempt', '4.5rem', 2, ({ retry_count }) => retry_count, 'number'],
  ['Pause', '5.5rem', 3, ({ since_previous_ms }) => formatDuration(since_previous_ms), 'number'],
  ['Key', 'minmax(6rem, 1fr)', 3, ({ key_id }) => key_id && <code>{shorten(key_id)}</code>],
  ['Fault', '8.5rem', 3, ({ fault_kind }) => fault_kind && <span class="badge fault">{fault_kind}</span>],
]

export function RequestsPanel() {
  const { id, query } = route.value
  const paused = pausedJournal.value
  const source = paused ?? journal.value
  const entries = filterEntries(source, query)
  const isFiltered = filterNames.some((name) => name in query)
  const newCount = journal.value.length - source.length
  return (
    <Split
      toolbar={
        <>
          <TextFilter placeholder="Path, operation, id or reason" />
          <ChoiceFilter name="operation" any="Any operation" options={[...operations, ['null', 'none']]} />
          <ChoiceFilter name="status" any="Any status" options={['2xx', '4xx', '5xx', '401', '404', '429']} />
          <ChoiceFilter name="method" any="Any method" options={['GET', 'POST', 'DELETE']} />
          <ChoiceFilter
            name="delivered"
            any="Any delivery"
            options={[
              ['true', 'delivered'],
              ['false', 'undelivered'],
            ]}
          />
          <Chips names={['path', 'key_id', 'calling_key_id', 'sent_key_id', 'fault_id']} />
          <span class="spacer" />
          <span class="hint">
            {formatCount(entries.length)}
            {isFiltered && ` of ${formatCount(source.length)}`}
          </span>
          <Button
            onClick={() => {
              pausedJournal.value = paused ? undefined : source
            }}
          >
            {paused ? 'Resume' : 'Pause'}
          </Button>
          {newCount > 0 && <span class="badge pending">{formatCount(newCount)} new</span>}
          <Button onClick={() => attempt(() => controls().journal.clear())}>Clear</Button>
        </>
      }
      detail={id && <RequestDetail key={id} id={id} />}
    >
      <RequestTable entries={entries} isFiltered={isFiltered} />
    </Split>
  )
}

function RequestTable({ entries, isFiltered }: { entries: readonly JournalEntry[]; isFiltered: boolean }) {
  if (entries.length > 0) return <VirtualTable label="Requests" columns={columns} items={entries} />
  if (isFiltered) return <Empty title="No request matches the filters" />
  return (
    <Empty title="No requests yet">
      <FirstRequest />
    </Empty>
  )
}

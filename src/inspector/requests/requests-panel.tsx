import { useSignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import type { JournalEntry } from '../api/types.ts'
import type { Column } from '../common/columns.ts'
import { Empty, FirstRequest } from '../common/empty.tsx'
import { ChoiceFilter, TextFilter } from '../common/filters.tsx'
import { formatCount, formatDuration, shorten, shortOperation, timeOfDay } from '../common/format.ts'
import { VirtualTable } from '../common/virtual-table.tsx'
import { journal } from '../state/journal.ts'
import { attempt } from '../state/notice.ts'
import { href, navigate, route } from '../state/route.ts'
import { controls, faultList } from '../state/sandbox.ts'
import { filterEntries, filterNames } from './matches.ts'
import { RequestDetail } from './request-detail.tsx'
import { StatusCell } from './status-cell.tsx'

const columns: readonly Column<JournalEntry>[] = [
  { name: 'Time', width: '7rem', tier: 1, render: ({ time }) => timeOfDay(time) },
  { name: 'Method', width: '4.5rem', tier: 3, render: ({ method }) => shorten(method, 12) },
  { name: 'Operation', width: '5.5rem', tier: 1, render: ({ operation }) => shortOperation(operation) },
  {
    name: 'Path',
    width: 'minmax(4rem, 3fr)',
    tier: 2,
    render: ({ path }) => <bdi title={shorten(path)}>{shorten(path)}</bdi>,
  },
  { name: 'Status', width: '7.5rem', tier: 1, render: (entry) => <StatusCell entry={entry} /> },
  { name: 'Duration', width: '5.5rem', tier: 3, isNumber: true, render: (entry) => formatDuration(entry.duration_ms) },
  { name: 'Attempt', width: '4.5rem', tier: 2, isNumber: true, render: ({ retry_count }) => retry_count },
  {
    name: 'Pause',
    width: '5.5rem',
    tier: 3,
    isNumber: true,
    render: (entry) => formatDuration(entry.since_previous_ms),
  },
  {
    name: 'Key',
    width: 'minmax(6rem, 1fr)',
    tier: 3,
    render: ({ key_id }) => key_id && <code>{shorten(key_id)}</code>,
  },
  { name: 'Fault', width: '8.5rem', tier: 3, render: ({ fault_id }) => fault_id && <FaultName id={fault_id} /> },
]

const FaultName = ({ id }: { id: string }) => (
  <span class="badge fault">{faultList.value.value?.find((fault) => fault.id === id)?.kind ?? id}</span>
)

const operations = ['list', 'create', 'get', 'delete'].map((name) => [`admin-api-keys-${name}`, name] as const)
const classes = ['2xx', '4xx', '5xx', '401', '404', '429'].map((status) => [status, status] as const)
const methods = ['GET', 'POST', 'DELETE'].map((method) => [method, method] as const)

export function RequestsPanel() {
  const paused = useSignal<readonly JournalEntry[] | undefined>(undefined)
  const { id, query } = route.value
  const all = journal.value
  const source = paused.value ?? all
  const entries = useMemo(() => filterEntries(source, query), [source, query])
  const isFiltered = filterNames.some((name) => name in query)
  const newCount = paused.value === undefined ? 0 : all.length - paused.value.length
  return (
    <div class={`split${id === undefined ? '' : ' has-detail'}`}>
      <div class="list">
        <div class="toolbar">
          <TextFilter placeholder="Path, operation, id or reason" />
          <ChoiceFilter
            label="Operation"
            name="operation"
            options={[['', 'Any operation'], ...operations, ['null', 'none']]}
          />
          <ChoiceFilter label="Status" name="status" options={[['', 'Any status'], ...classes]} />
          <ChoiceFilter label="Method" name="method" options={[['', 'Any method'], ...methods]} />
          <ChoiceFilter
            label="Delivered"
            name="delivered"
            options={[
              ['', 'Any delivery'],
              ['true', 'delivered'],
              ['false', 'undelivered'],
            ]}
          />
          <ActiveFilters />
          <span class="spacer" />
          <span class="hint">
            {isFiltered
              ? `${formatCount(entries.length)} of ${formatCount(source.length)}`
              : formatCount(entries.length)}
          </span>
          <button
            type="button"
            onClick={() => {
              paused.value = paused.value === undefined ? all : undefined
            }}
          >
            {paused.value === undefined ? 'Pause' : 'Resume'}
          </button>
          {newCount > 0 && <span class="badge pending">{formatCount(newCount)} new</span>}
          <button type="button" onClick={() => attempt(() => controls.value.journal.clear())}>
            Clear
          </button>
        </div>
        <RequestTable entries={entries} isFiltered={isFiltered} />
      </div>
      {id !== undefined && <RequestDetail key={id} id={id} />}
    </div>
  )
}

/** The filters that have no field of their own: links set them. */
function ActiveFilters() {
  const { query } = route.value
  const names = ['path', 'key_id', 'calling_key_id', 'fault_id'].filter((name) => name in query)
  return names.map((name) => (
    <button
      key={name}
      type="button"
      class="chip"
      title="Remove this filter"
      onClick={() => navigate({ query: { ...query, [name]: '' } })}
    >
      {name}: <bdi>{shorten(query[name] ?? '', 40)}</bdi> ×
    </button>
  ))
}

function RequestTable({ entries, isFiltered }: { entries: readonly JournalEntry[]; isFiltered: boolean }) {
  const count = entries.length
  if (count === 0 && isFiltered) return <Empty title="No request matches the filters" />
  if (count === 0) {
    return (
      <Empty title="No requests yet">
        <FirstRequest />
      </Empty>
    )
  }
  return (
    <VirtualTable
      label="Requests"
      columns={columns}
      count={count}
      // The newest first.
      itemAt={(index) => entries[count - 1 - index] as JournalEntry}
      idOf={({ id }) => id}
      hrefOf={({ id }) => href({ id })}
      openId={route.value.id}
    />
  )
}

import { useState } from 'preact/hooks'
import type { KeyState, ListedKey } from '../api/types.ts'
import type { Column } from '../common/columns.ts'
import { Empty, FirstRequest } from '../common/empty.tsx'
import { ChoiceFilter, TextFilter } from '../common/filters.tsx'
import { formatCount, formatTime, shorten } from '../common/format.ts'
import { VirtualTable } from '../common/virtual-table.tsx'
import { keyPage, stateOf } from '../state/keys.ts'
import { href, route, setFilter } from '../state/route.ts'
import { Badge } from './badge.tsx'
import { KeyDetail } from './key-detail.tsx'
import { NewKeyDialog } from './new-key-dialog.tsx'

const columns: readonly Column<ListedKey>[] = [
  { name: 'Name', width: 'minmax(7rem, 2fr)', tier: 1, render: ({ name }) => <bdi>{shorten(name ?? '—')}</bdi> },
  { name: 'Id', width: 'minmax(8rem, 1.4fr)', tier: 2, render: ({ id }) => <code>{id}</code> },
  {
    name: 'Value',
    width: 'minmax(8rem, 1fr)',
    tier: 3,
    render: (key) => <code>{shorten(key.redacted_value, 24)}</code>,
  },
  { name: 'Owner', width: 'minmax(6rem, 1fr)', tier: 3, render: ({ owner }) => <bdi>{shorten(owner.name)}</bdi> },
  { name: 'Created', width: '10.5rem', tier: 3, render: ({ created_at }) => formatTime(created_at) },
  { name: 'Expires', width: '10.5rem', tier: 2, render: ({ expires_at }) => formatTime(expires_at) },
  { name: 'Last used', width: '10.5rem', tier: 3, render: ({ last_used_at }) => formatTime(last_used_at) },
  { name: 'State', width: '6rem', tier: 1, render: (key) => <Badge state={stateOf(key)} /> },
]

const states = ['active', 'expiring', 'expired', 'deleted'] as const

export function KeysPanel() {
  const [isCreating, setCreating] = useState(false)
  const page = keyPage.value.value
  const { id, query } = route.value
  return (
    <div class={`split${id === undefined ? '' : ' has-detail'}`}>
      <div class="list">
        <div class="toolbar">
          <TextFilter placeholder="Name or id" />
          <ChoiceFilter label="State" name="state" options={stateOptions(page?.counts)} />
          <span class="spacer" />
          <Paging />
          <button type="button" class="primary" onClick={() => setCreating(true)}>
            Create key
          </button>
        </div>
        {page !== undefined && <KeyTable keys={page.data} isFiltered={Object.keys(query).length > 0} />}
      </div>
      {id !== undefined && <KeyDetail key={id} id={id} />}
      {isCreating && <NewKeyDialog onClose={() => setCreating(false)} />}
    </div>
  )
}

const stateOptions = (counts: Record<KeyState, number> | undefined): (readonly [string, string])[] => [
  ['', 'Any state'],
  ...states.map((state) => [state, counts ? `${state} (${formatCount(counts[state])})` : state] as const),
]

function KeyTable({ keys, isFiltered }: { keys: readonly ListedKey[]; isFiltered: boolean }) {
  if (keys.length === 0 && isFiltered) return <Empty title="No key matches the filter" />
  if (keys.length === 0) {
    return (
      <Empty title="This sandbox has no keys">
        <FirstRequest />
      </Empty>
    )
  }
  return (
    <VirtualTable
      label="Keys"
      columns={columns}
      count={keys.length}
      itemAt={(index) => keys[index] as ListedKey}
      idOf={({ id }) => id}
      hrefOf={({ id }) => href({ id })}
      openId={route.value.id}
      isMuted={({ state }) => state === 'deleted'}
    />
  )
}

function Paging() {
  const page = keyPage.value.value
  if (page === undefined) return null
  const { after } = route.value.query
  const { next, count } = page
  return (
    <>
      <span class="hint">{count === 1 ? '1 key' : `${formatCount(count)} keys`}</span>
      {after !== undefined && (
        <button type="button" onClick={() => setFilter('after', '')}>
          First
        </button>
      )}
      {(next !== null || after !== undefined) && (
        <button type="button" disabled={next === null} onClick={() => setFilter('after', next ?? '')}>
          Next
        </button>
      )}
    </>
  )
}

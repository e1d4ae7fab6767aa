import type { KeyState, ListedKey } from '../api/types.ts'
import { Button } from '../common/button.tsx'
import type { Column } from '../common/columns.ts'
import { Split } from '../common/detail.tsx'
import { Empty, FirstRequest } from '../common/empty.tsx'
import { ChoiceFilter, TextFilter } from '../common/filters.tsx'
import { countOf, formatCount, formatTime, shorten } from '../common/format.ts'
import { VirtualTable } from '../common/virtual-table.tsx'
import { keyPage, stateOf } from '../state/keys.ts'
import { route, setFilter } from '../state/route.ts'
import { Badge } from './badge.tsx'
import { KeyDetail } from './key-detail.tsx'
import { openNewKey } from './new-key-dialog.tsx'

const columns: readonly Column<ListedKey>[] = [
  ['Name', 'minmax(7rem, 2fr)', 1, ({ name }) => <bdi>{shorten(name ?? '—')}</bdi>],
  ['Id', 'minmax(8rem, 1.4fr)', 2, ({ id }) => <code>{id}</code>],
  ['Value', 'minmax(8rem, 1fr)', 3, ({ redacted_value }) => <code>{shorten(redacted_value, 24)}</code>],
  ['Owner', 'minmax(6rem, 1fr)', 3, ({ owner }) => <bdi>{shorten(owner.name)}</bdi>],
  ['Created', '10.5rem', 3, ({ created_at }) => formatTime(created_at)],
  ['Expires', '10.5rem', 2, ({ expires_at }) => formatTime(expires_at)],
  ['Last used', '10.5rem', 3, ({ last_used_at }) => formatTime(last_used_at)],
  ['State', '6rem', 1, (key) => <Badge state={stateOf(key)} />],
]

export function KeysPanel() {
  const page = keyPage.value
  const { id } = route.value
  return (
    <Split
      toolbar={
        <>
          <TextFilter placeholder="Name or id" />
          <ChoiceFilter name="state" any="Any state" options={stateOptions(page?.counts)} />
          <span class="spacer" />
          <Paging />
          <Button class="primary" onClick={openNewKey}>
            Create key
          </Button>
        </>
      }
      detail={id && <KeyDetail key={id} id={id} />}
    >
      {page && <KeyTable keys={page.data} />}
    </Split>
  )
}

const states = ['active', 'expiring', 'expired', 'deleted'] as const

const stateOptions = (counts: Record<KeyState, number> | undefined) =>
  states.map((state) => [state, counts ? `${state} (${formatCount(counts[state])})` : state] as const)

function KeyTable({ keys }: { keys: readonly ListedKey[] }) {
  if (keys.length > 0) {
    return <VirtualTable label="Keys" columns={columns} items={keys} isMuted={({ state }) => state === 'deleted'} />
  }
  if (Object.keys(route.value.query).length > 0) return <Empty title="No key matches the filter" />
  return (
    <Empty title="This sandbox has no keys">
      <FirstRequest />
    </Empty>
  )
}

function Paging() {
  if (keyPage.value === undefined) return null
  const { next, count } = keyPage.value
  const { after } = route.value.query
  return (
    <>
      <span class="hint">{countOf(count, 'key')}</span>
      {after && <Button onClick={() => setFilter('after', '')}>First</Button>}
      {(next !== null || after) && (
        <Button disabled={next === null} onClick={() => setFilter('after', next ?? '')}>
          Next
        </Button>
      )}
    </>
  )
}

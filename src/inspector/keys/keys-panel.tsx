import type { KeyState, ListedKey } from '../api/types.ts'
import { Button } from '../common/button.tsx'
import type { Column } from '../common/columns.ts'
import { Split } from '../common/detail.tsx'
import { Empty, FirstRequest } from '../common/empty.tsx'
import { Chips, ChoiceFilter, TextFilter } from '../common/filters.tsx'
import { formatCount, formatTime, shorten } from '../common/format.ts'
import { Paging } from '../common/paging.tsx'
import { VirtualTable } from '../common/virtual-table.tsx'
import { keyList, rowIdOf, stateOf } from '../state/keys.ts'
import { route } from '../state/route.ts'
import { Badge } from './badge.tsx'
import { KeyDetail } from './key-detail.tsx'
import { openNewKey } from './new-key-dialog.tsx'

const columns: readonly Column<ListedKey>[] = [
  ['Name', 'minmax(6.5rem, 2fr)', 1, ({ name }) => <bdi>{shorten(name ?? '—')}</bdi>],
  ['Id', 'minmax(7.5rem, 1.4fr)', 2, ({ id }) => <code>{id}</code>],
  ['Type', '4rem', 3, ({ type }) => type],
  ['Project', 'minmax(5rem, 1fr)', 3, (key) => key.type === 'project' && <bdi>{shorten(key.project.name)}</bdi>],
  ['Owner', 'minmax(5.5rem, 1fr)', 3, (key) => <bdi>{shorten(ownerOf(key))}</bdi>],
  ['Value', '8.5rem', 3, ({ redacted_value }) => <code>{shorten(redacted_value, 24)}</code>],
  ['Created', '10.5rem', 3, ({ created_at }) => formatTime(created_at)],
  ['Expires', '10.5rem', 2, ({ expires_at }) => formatTime(expires_at)],
  ['Last used', '10.5rem', 3, ({ last_used_at }) => formatTime(last_used_at)],
  ['State', '5.5rem', 1, (key) => <Badge state={stateOf(key)} />],
]

function ownerOf(key: ListedKey): string {
  if (key.type === 'admin') return key.owner.name
  const { user, service_account } = key.owner
  return user?.name ?? service_account?.name ?? ''
}

export function KeysPanel() {
  const page = keyList.page.value
  const { id } = route.value
  return (
    <Split
      toolbar={
        <>
          <TextFilter placeholder="Name or id" />
          <ChoiceFilter name="state" any="Any state" options={stateOptions(page?.counts)} />
          <ChoiceFilter name="type" any="Any type" options={['admin', 'project']} />
          <Chips names={['project_id']} />
          <span class="spacer" />
          <Paging list={keyList} noun="key" />
          <Button class="primary" onClick={openNewKey}>
            Create key
          </Button>
        </>
      }
      detail={id && <KeyDetail key={id} rowId={id} />}
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
    const isMuted = ({ state }: ListedKey) => state === 'deleted'
    return <VirtualTable label="Keys" columns={columns} items={keys} rowIdOf={rowIdOf} isMuted={isMuted} />
  }
  if (Object.keys(route.value.query).length > 0) return <Empty title="No key matches the filter" />
  return (
    <Empty title="This sandbox has no keys">
      <FirstRequest />
    </Empty>
  )
}

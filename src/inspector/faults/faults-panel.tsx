import type { ListedFault } from '../api/types.ts'
import type { Column } from '../common/columns.ts'
import { Detail, Gone } from '../common/detail.tsx'
import { Empty } from '../common/empty.tsx'
import { shorten, shortOperation } from '../common/format.ts'
import { formatJson, TextBlock } from '../common/json.tsx'
import { VirtualTable } from '../common/virtual-table.tsx'
import { journal } from '../state/journal.ts'
import { attempt } from '../state/notice.ts'
import { href, navigate, route } from '../state/route.ts'
import { controls, faultList } from '../state/sandbox.ts'
import { draftLike, emptyDraft } from './draft.ts'
import { FaultForm } from './fault-form.tsx'

const remove = (id: string) =>
  attempt(async () => {
    await controls.value.faults.remove(id)
    faultList.refresh()
    if (route.value.id === id) navigate({ id: undefined })
  })

const columns: readonly Column<ListedFault>[] = [
  { name: 'Kind', width: 'minmax(8.5rem, 1fr)', tier: 1, render: ({ kind }) => kind },
  { name: 'Operation', width: 'minmax(5rem, 1fr)', tier: 2, render: ({ operation }) => shortOperation(operation) },
  { name: 'When', width: '8rem', tier: 3, render: ({ when }) => when ?? '' },
  {
    name: 'Match',
    width: 'minmax(6rem, 2fr)',
    tier: 3,
    render: ({ match }) => match && <code>{shorten(matchText(match))}</code>,
  },
  { name: 'Hits', width: '4rem', tier: 1, isNumber: true, render: ({ hits }) => hits },
  { name: 'Remaining', width: '6rem', tier: 1, isNumber: true, render: ({ remaining }) => remaining ?? 'no limit' },
  { name: 'Unapplied', width: '5.5rem', tier: 3, isNumber: true, render: ({ unapplied }) => unapplied ?? '' },
  {
    name: '',
    width: '5.5rem',
    tier: 2,
    render: ({ id }) => (
      <button type="button" class="in-row" onClick={() => remove(id)}>
        Remove
      </button>
    ),
  },
]

const matchText = ({ header, ...ids }: NonNullable<ListedFault['match']>) =>
  Object.entries({ ...ids, ...header })
    .map((pair) => pair.join('='))
    .join(', ')

export function FaultsPanel() {
  const faults = faultList.value.value
  const { id } = route.value
  return (
    <div class={`split${id === undefined ? '' : ' has-detail'}`}>
      <div class="list">
        <div class="toolbar">
          <span class="hint">The first fault that matches a request fires. Only authenticated requests match.</span>
          <span class="spacer" />
          <button type="button" class="primary" onClick={() => navigate({ id: 'new', query: {} })}>
            Add fault
          </button>
        </div>
        {faults !== undefined && <FaultTable faults={faults} />}
      </div>
      {id === 'new' && faults !== undefined && <NewFault faults={faults} />}
      {id !== undefined && id !== 'new' && <FaultDetail id={id} />}
    </div>
  )
}

function FaultTable({ faults }: { faults: readonly ListedFault[] }) {
  if (faults.length === 0) {
    return (
      <Empty title="No faults">
        <p>
          Add one to see what your program does when a response is late, wrong or lost: for example{' '}
          <code>connection_reset</code> after a create, or <code>rate_limit</code>.
        </p>
      </Empty>
    )
  }
  return (
    <VirtualTable
      label="Faults"
      columns={columns}
      count={faults.length}
      itemAt={(index) => faults[index] as ListedFault}
      idOf={({ id }) => id}
      hrefOf={({ id }) => href({ id })}
      openId={route.value.id}
      isMuted={({ remaining }) => remaining === 0}
    />
  )
}

function NewFault({ faults }: { faults: readonly ListedFault[] }) {
  const { like } = route.value.query
  const entry = journal.value.find(({ id }) => id === like)
  return <FaultForm key={entry?.id} initial={entry === undefined ? emptyDraft : draftLike(entry, faults)} />
}

function FaultDetail({ id }: { id: string }) {
  const faults = faultList.value.value
  const fault = faults?.find((each) => each.id === id)
  if (faults === undefined) return <Detail label="Fault" title="Fault" />
  if (fault === undefined) return <Gone label="Fault" text={`There is no fault ${shorten(id)} in this sandbox.`} />
  return (
    <Detail
      label="Fault"
      title={fault.kind}
      actions={
        <button type="button" class="danger" onClick={() => remove(id)}>
          Remove
        </button>
      }
    >
      <p>
        <a href={href({ panel: 'requests', query: { fault_id: id } })}>Requests in which it fired</a>
      </p>
      <TextBlock label="Fault as JSON" text={formatJson(fault)} />
    </Detail>
  )
}

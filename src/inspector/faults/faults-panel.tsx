import type { ListedFault } from '../api/types.ts'
import { Button } from '../common/button.tsx'
import type { Column } from '../common/columns.ts'
import { Detail, Gone, Split } from '../common/detail.tsx'
import { Empty } from '../common/empty.tsx'
import { shorten } from '../common/format.ts'
import { formatJson, TextBlock } from '../common/json.tsx'
import { shortOperation } from '../common/operations.ts'
import { VirtualTable } from '../common/virtual-table.tsx'
import { attempt } from '../state/notice.ts'
import { href, navigate, route } from '../state/route.ts'
import { controls, faultList } from '../state/sandbox.ts'
import { FaultForm } from './fault-form.tsx'
import { kindOf } from './kind-of.ts'

const remove = (id: string) =>
  attempt(async () => {
    await controls().faults.remove(id)
    if (route.value.id === id) navigate({ id: undefined })
  })

const columns: readonly Column<ListedFault>[] = [
  ['Kind', 'minmax(11rem, 1fr)', 1, kindOf],
  ['Operation', 'minmax(4rem, 1fr)', 2, ({ operation }) => shortOperation(operation)],
  ['When', '8rem', 3, ({ when }) => when],
  ['Match', 'minmax(6rem, 2fr)', 3, ({ match }) => match && <code>{shorten(matchText(match))}</code>],
  ['Hits', '3rem', 1, ({ hits }) => hits, 'number'],
  ['Remaining', '6rem', 1, ({ kind, remaining }) => remaining ?? (kind === 'rate_limit' ? '' : 'no limit'), 'number'],
  ['Unapplied', '5.5rem', 3, ({ unapplied }) => unapplied, 'number'],
  [
    '',
    '5.5rem',
    2,
    ({ id }) => (
      <Button class="in-row" onClick={() => remove(id)}>
        Remove
      </Button>
    ),
  ],
]

const matchText = ({ header, ...ids }: NonNullable<ListedFault['match']>) =>
  Object.entries({ ...ids, ...header })
    .map((pair) => pair.join('='))
    .join(', ')

export function FaultsPanel() {
  const faults = faultList.value
  const { id, query } = route.value
  return (
    <Split
      toolbar={
        <>
          <span class="hint">The first fault that matches a request fires. Only authenticated requests match.</span>
          <span class="spacer" />
          <Button class="primary" onClick={() => navigate({ id: 'new', query: {} })}>
            Add fault
          </Button>
        </>
      }
      detail={id && faults && (id === 'new' ? <FaultForm like={query['like']} /> : <FaultDetail key={id} id={id} />)}
    >
      {faults && <FaultTable faults={faults} />}
    </Split>
  )
}

function FaultTable({ faults }: { faults: readonly ListedFault[] }) {
  if (faults.length > 0) {
    return <VirtualTable label="Faults" columns={columns} items={faults} isMuted={({ remaining }) => remaining === 0} />
  }
  return (
    <Empty title="No faults">
      <p>
        Add one to see what your program does when a response is late, wrong or lost: for example{' '}
        <code>connection_reset</code> after a create, or <code>rate_limit</code>.
      </p>
    </Empty>
  )
}

function FaultDetail({ id }: { id: string }) {
  const fault = faultList.value?.find((each) => each.id === id)
  if (fault === undefined) return <Gone label="Fault">There is no fault {shorten(id)} in this sandbox.</Gone>
  return (
    <Detail
      label="Fault"
      title={kindOf(fault)}
      actions={
        <Button class="danger" onClick={() => remove(id)}>
          Remove
        </Button>
      }
    >
      <p>
        <a href={href({ panel: 'requests', query: { fault_id: id } })}>Requests in which it fired</a>
      </p>
      <TextBlock label="Fault as JSON" text={formatJson(fault)} />
    </Detail>
  )
}

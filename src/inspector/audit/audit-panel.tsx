import type { AuditEvent } from '../api/types.ts'
import type { Column } from '../common/columns.ts'
import { Detail, Gone, Split } from '../common/detail.tsx'
import { Empty } from '../common/empty.tsx'
import { Fact } from '../common/fact.tsx'
import { Chips, TextFilter } from '../common/filters.tsx'
import { formatTime, shorten } from '../common/format.ts'
import { formatJson, TextBlock } from '../common/json.tsx'
import { Paging } from '../common/paging.tsx'
import { VirtualTable } from '../common/virtual-table.tsx'
import { auditLog, idFilters } from '../state/audit-log.ts'
import { href, route } from '../state/route.ts'

/** Returns the id of what was written to: the details are in the field that the type names. */
const objectOf = (event: AuditEvent) => (event[event.type] as { id?: string } | undefined)?.id ?? ''

/** Returns the most telling name of who acted. */
function actorOf({ actor }: AuditEvent): string {
  const key = actor?.api_key
  const user = key?.user ?? actor?.session?.user
  return user?.email ?? user?.id ?? key?.service_account?.id ?? key?.id ?? ''
}

const columns: readonly Column<AuditEvent>[] = [
  ['Time', '10.5rem', 1, ({ effective_at }) => formatTime(effective_at)],
  ['Type', 'minmax(7rem, 1fr)', 1, ({ type }) => type],
  ['Actor', 'minmax(6rem, 1fr)', 2, (event) => <bdi>{shorten(actorOf(event))}</bdi>],
  ['Object', 'minmax(6rem, 1fr)', 2, (event) => <code>{shorten(objectOf(event))}</code>],
  ['Project', 'minmax(6rem, 1fr)', 3, ({ project }) => <bdi>{shorten(project?.name ?? '')}</bdi>],
]

/** What was written to the sandbox, and by whom. */
export function AuditPanel() {
  const { id } = route.value
  const events = auditLog.page.value?.data
  return (
    <Split
      toolbar={
        <>
          <TextFilter placeholder="Type, id or email" />
          <Chips names={idFilters} />
          <span class="spacer" />
          <Paging list={auditLog} noun="event" />
        </>
      }
      detail={id && <EventDetail key={id} id={id} />}
    >
      {events && <EventTable events={events} />}
    </Split>
  )
}

function EventTable({ events }: { events: readonly AuditEvent[] }) {
  if (events.length > 0) return <VirtualTable label="Audit" columns={columns} items={events} />
  if (Object.keys(route.value.query).length > 0) return <Empty title="No event matches the filters" />
  return (
    <Empty title="No events yet">
      <p>An event appears here when a request creates, changes or deletes a key, a project or a service account.</p>
    </Empty>
  )
}

function EventDetail({ id }: { id: string }) {
  const event = auditLog.open.value
  if (event === undefined) return <Detail label="Event" />
  if (event === null) return <Gone label="Event">The audit log has no event {shorten(id)}.</Gone>
  const object = objectOf(event)
  const actorId = event.actor?.api_key?.id
  const events = (name: string, value: string) => (
    <>
      <a href={href({ id: undefined, selected: undefined, query: { [name]: value } })}>Events</a>{' '}
      <a href={href({ panel: 'requests', query: { filter: value } })}>Requests</a>
    </>
  )
  return (
    <Detail label="Event" title={event.type}>
      <dl>
        <Fact name="Time">{formatTime(event.effective_at)} UTC</Fact>
        {actorId && (
          <Fact name="Calling key">
            <a href={href({ panel: 'keys', id: actorId })}>{actorId}</a> {events('actor_id', actorId)}
          </Fact>
        )}
        {object && (
          <Fact name="Object">
            <code>{shorten(object)}</code> {events('resource_id', object)}
          </Fact>
        )}
      </dl>
      <TextBlock label="Event as JSON" text={formatJson(event)} />
    </Detail>
  )
}

import type { JournalEntry } from '../api/types.ts'
import { Button } from '../common/button.tsx'
import { CopyButton } from '../common/copy-button.tsx'
import { Detail, Gone } from '../common/detail.tsx'
import { Fact } from '../common/fact.tsx'
import { formatDuration, formatTime, shorten } from '../common/format.ts'
import { formatJson, TextBlock } from '../common/json.tsx'
import { kindOf } from '../faults/kind-of.ts'
import { connectionState } from '../state/connection-state.ts'
import { findRequest, journal } from '../state/journal.ts'
import { href, navigate } from '../state/route.ts'
import { faultList } from '../state/sandbox.ts'
import { attemptsOf } from './attempts.ts'
import { sentKeyOf } from './matches.ts'
import { StatusCell } from './status-cell.tsx'
import { toCurl } from './to-curl.ts'

export function RequestDetail({ id }: { id: string }) {
  const entry = findRequest(id)
  if (entry === undefined) {
    return connectionState.value === 'connecting' ? (
      <Detail label="Request" />
    ) : (
      <Gone label="Request">The journal has no request {shorten(id)}.</Gone>
    )
  }
  return (
    <Detail
      label="Request"
      title={<bdi>{shorten(`${entry.method} ${entry.path}`, 120)}</bdi>}
      actions={
        <>
          <CopyButton label="Copy as curl" text={() => toCurl(entry, location.origin)} />
          <Button onClick={() => navigate({ panel: 'faults', id: 'new', query: { like: id } })}>
            Add a fault like this
          </Button>
        </>
      }
    >
      <Story entry={entry} />
      <Attempts entry={entry} />
      <div class="sides">
        <Request entry={entry} />
        <Response entry={entry} />
      </div>
    </Detail>
  )
}

function Story({ entry }: { entry: JournalEntry }) {
  const { explanation, reason, key_id, fault_id } = entry
  const sentKey = sentKeyOf(entry)
  const fault = faultList.value?.find(({ id }) => id === fault_id)
  return (
    <div>
      <p>{explanation}</p>
      <dl>
        <Fact name="Time">{formatTime(entry.time)} UTC</Fact>
        <Fact name="Request id">
          <code>{entry.id}</code>
        </Fact>
        {entry.operation && <Fact name="Operation">{entry.operation}</Fact>}
        {sentKey && (
          <Fact name="Calling key">
            <a href={href({ panel: 'keys', id: sentKey })}>{sentKey}</a>
          </Fact>
        )}
        {key_id && (
          <Fact name="Key">
            <a href={href({ panel: 'keys', id: key_id })}>{shorten(key_id)}</a>
          </Fact>
        )}
        {fault_id && (
          <Fact name="Fault">
            <a href={href({ panel: 'faults', id: fault_id })}>{fault_id}</a> {fault && kindOf(fault)}
          </Fact>
        )}
        {reason && (
          <Fact name="Reason">
            <code>{reason}</code>
          </Fact>
        )}
      </dl>
    </div>
  )
}

/** The attempts of the same call as a line in time, if there is more than one. */
function Attempts({ entry }: { entry: JournalEntry }) {
  const attempts = attemptsOf(journal.value, entry)
  if (attempts.length === 1) return null
  return (
    <section>
      <h3>{attempts.length} attempts of the same call</h3>
      <ol class="attempts" aria-label="Attempts">
        {attempts.map((attempt) => (
          <li key={attempt.id} aria-current={attempt.id === entry.id ? 'true' : undefined}>
            {attempt.since_previous_ms !== null && <span class="gap">{formatDuration(attempt.since_previous_ms)}</span>}
            <a class="button" href={href({ id: attempt.id })}>
              Attempt {attempt.retry_count} <StatusCell entry={attempt} />
            </a>
          </li>
        ))}
      </ol>
    </section>
  )
}

function Request({ entry }: { entry: JournalEntry }) {
  return (
    <section>
      <h3>Request</h3>
      <dl>
        {Object.entries(entry.headers).map(([name, value]) => (
          <Fact key={name} name={name}>
            <bdi>{[value].flat().join(', ')}</bdi>
          </Fact>
        ))}
      </dl>
      <Body label="Request body" text={entry.body} json={entry.json} />
    </section>
  )
}

function Response({ entry }: { entry: JournalEntry }) {
  return (
    <section>
      <h3>Response</h3>
      <dl>
        <Fact name="status">
          <StatusCell entry={entry} />
        </Fact>
        <Fact name="duration">{formatDuration(entry.duration_ms)}</Fact>
        <Fact name="delivered">{entry.delivered === null ? 'pending' : entry.delivered ? 'yes' : 'no'}</Fact>
      </dl>
      <Body label="Response body" text={entry.response_body} json={entry.response_json} />
    </section>
  )
}

function Body({ label, text, json }: { label: string; text: string | null; json: unknown }) {
  if (text === null || text === '') return <p class="hint">No body.</p>
  return <TextBlock label={label} text={json === null ? text : formatJson(json)} />
}

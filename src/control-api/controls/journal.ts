import type { FastifyInstance } from 'fastify'
import * as Type from 'typebox'
import { onAbort } from '../../common/abort.ts'
import { onClose } from '../../common/on-close.ts'
import { runInTurns } from '../../common/turns.ts'
import { type JournalRecord, toJournalEntry } from '../../journal/entry.ts'
import { type JournalFilter, JournalQuery, parseFilter, StreamQuery } from '../../journal/filter.ts'
import { JournalEntrySchema } from '../../journal/schemas.ts'
import type { Sandbox } from '../../sandbox/sandbox.ts'
import { Ref } from '../../schema/typebox.ts'
import type { ControlDeps } from '../deps.ts'
import * as errors from '../errors.ts'
import { defineControl } from '../operation.ts'
import { openEventStream } from './event-stream.ts'
import { followJournal } from './follow-journal.ts'
import { createChangeSender, EventStreamContent } from './journal-events.ts'

/** Not validated yet: a text, or an array for a repeated parameter. */
type Query = Record<string, unknown>

/** Registers the journal of requests to the emulated API. */
export function registerJournal(app: FastifyInstance, deps: ControlDeps): void {
  const { sandboxFor, closing, heartbeatInterval, log } = deps
  app.addSchema(JournalEntrySchema)
  const listJournal = defineControl('emulator-journal-list', {
    summary: 'List the journal',
    description:
      'Lists the requests that match every filter, in order of arrival. The status, duration and delivery of a pending request are null. Contains no secrets.',
    querystring: JournalQuery,
    responses: {
      200: [
        Type.Object({
          data: Type.Array(Ref(JournalEntrySchema)),
          count: Type.Integer({ description: 'The number of matching requests, whatever the limit.' }),
        }),
        'The requests.',
      ],
    },
  })
  app.get<{ Querystring: Query }>('/_emulator/journal', { schema: listJournal }, async (request, reply) => {
    const filter = parseFilter(request.query, JournalQuery, errors)
    const { data, count } = selectEntries(sandboxFor(request).journal.entries, filter)
    reply.type('application/json; charset=utf-8')
    return `{"data":[${await runInTurns(entryTexts(data), reply.raw)}],"count":${count}}`
  })

  const clearJournal = defineControl('emulator-journal-clear', {
    summary: 'Clear the journal',
    description: 'Removes all entries of the sandbox.',
    responses: { 200: [Type.Object({ deleted: Type.Integer() }), 'The number of entries.'] },
  })
  app.delete('/_emulator/journal', { schema: clearJournal }, (request) => {
    const { journal, name, changes } = sandboxFor(request)
    const deleted = journal.entries.length
    journal.clear()
    log.info({ sandbox: name, count: deleted }, 'journal cleared')
    changes.notify('journal')
    return { deleted }
  })

  const streamJournal = defineControl('emulator-journal-stream', {
    summary: 'Follow the journal',
    description:
      'Sends server-sent events: `entry` when a request arrives, `update` when its entry is complete, each if the entry matches every filter at that time. With `since`, the stream starts with an `entry` for each entry after that one. `changed` names another part of the sandbox that has changed, within 50 ms and once for all changes of that time, and `reset` follows a reset, restore or load. The event `end` ends the stream when the server stops or the sandbox is removed; a stream that ends without it was interrupted. A comment every 15 s keeps proxies and clients from closing an idle stream.',
    querystring: StreamQuery,
    responses: { 200: [EventStreamContent, 'The events.'] },
  })
  app.get<{ Querystring: Query }>('/_emulator/journal/stream', { schema: streamJournal }, (request, reply) => {
    const { limit } = request.query
    if (limit !== undefined) throw errors.invalidQuery('limit', 'absent: a stream has no end', String(limit))
    const filter = parseFilter(request.query, StreamQuery, errors)
    const sandbox = sandboxFor(request)
    const { journal } = sandbox
    const stream = openEventStream(reply, heartbeatInterval)
    const replayAfter = filter.since === undefined ? undefined : journal.sequenceOf(filter.since)
    const follower = followJournal(journal, stream, filter.matches, replayAfter)
    const changes = createChangeSender(stream)
    const stops = [
      follower.stop,
      changes.stop,
      sandbox.changes.subscribe(changes.send),
      onEnd(sandbox, closing, () => {
        changes.flush()
        follower.finish()
      }),
      sandbox.acquire(),
    ]
    onClose([reply.raw], () => {
      for (const stop of stops) stop()
    })
  })
}

/** Calls `listener` when the sandbox is removed or the server closes. The sandbox's signal also aborts on a reset. */
function onEnd(sandbox: Sandbox, closing: AbortSignal, listener: () => void): () => void {
  let stop = () => {}
  const listen = () => {
    stop = onAbort([closing, sandbox.abortSignal], () => {
      if (closing.aborted || sandbox.abortSignal.aborted) listener()
      else listen()
    })
  }
  listen()
  return () => stop()
}

// Parsing the bodies of a full journal can take 200 ms.
function* entryTexts(records: readonly JournalRecord[]): Generator<void, string[]> {
  const texts: string[] = []
  for (const record of records) {
    texts.push(JSON.stringify(toJournalEntry(record)))
    yield
  }
  return texts
}

/** Selects the first entries after `since`, or the newest if `since` is absent or unknown. */
function selectEntries(
  entries: readonly JournalRecord[],
  filter: JournalFilter,
): { data: readonly JournalRecord[]; count: number } {
  const startIndex = indexAfter(entries, filter.since)
  const matching = entries.slice(startIndex).filter(filter.matches)
  const { limit = matching.length } = filter
  const data = startIndex > 0 ? matching.slice(0, limit) : matching.slice(Math.max(matching.length - limit, 0))
  return { data, count: matching.length }
}

const indexAfter = (entries: readonly JournalRecord[], id: string | undefined) =>
  id === undefined ? 0 : entries.findIndex((record) => record.id === id) + 1

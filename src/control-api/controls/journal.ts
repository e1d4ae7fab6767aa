import type { FastifyInstance } from 'fastify'
import * as Type from 'typebox'
import { onAbort } from '../../common/abort.ts'
import { onClose } from '../../common/on-close.ts'
import { type JournalRecord, toJournalEntry } from '../../journal/entry.ts'
import { type JournalFilter, JournalQuery, parseFilter, StreamQuery } from '../../journal/filter.ts'
import { JournalEntrySchema } from '../../journal/schemas.ts'
import { Ref } from '../../schema/typebox.ts'
import type { ControlDeps } from '../deps.ts'
import * as errors from '../errors.ts'
import { defineControl } from '../operation.ts'
import { openEventStream } from './event-stream.ts'
import { followJournal } from './follow-journal.ts'

const EntryEvent = Type.Object({
  event: Type.Optional(Type.Literal('message', { description: 'The default name of an event.' })),
  id: Type.String({ description: 'The id of the entry.' }),
  data: Type.String({ contentMediaType: 'application/json', contentSchema: Ref(JournalEntrySchema) }),
})
const EndEvent = Type.Object({
  event: Type.Literal('end', { description: 'Follows the last entry.' }),
  data: Type.Literal('{}'),
})
const EventStream = Type.Unsafe({
  content: { 'text/event-stream': { schema: Type.Union([EntryEvent, EndEvent]) } },
})

/** Not validated yet: a text, or an array for a repeated parameter. */
type Query = Record<string, unknown>

/** Registers the journal of requests to the emulated API. */
export function registerJournal(app: FastifyInstance, deps: ControlDeps): void {
  const { sandboxFor, closing, heartbeatInterval, log } = deps
  app.addSchema(JournalEntrySchema)
  const listJournal = defineControl('emulator-journal-list', {
    summary: 'List the journal',
    description: 'Lists the requests that match every filter, oldest first. Contains no secrets.',
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
  app.get<{ Querystring: Query }>('/_emulator/journal', { schema: listJournal }, (request) => {
    const filter = parseFilter(request.query, JournalQuery, errors)
    const { data, count } = selectEntries(sandboxFor(request).journal.entries, filter)
    return { data: data.map(toJournalEntry), count }
  })

  const clearJournal = defineControl('emulator-journal-clear', {
    summary: 'Clear the journal',
    description: 'Removes all entries of the sandbox.',
    responses: { 200: [Type.Object({ deleted: Type.Integer() }), 'The number of entries.'] },
  })
  app.delete('/_emulator/journal', { schema: clearJournal }, (request) => {
    const { journal, name } = sandboxFor(request)
    const deleted = journal.entries.length
    journal.clear()
    log.info({ sandbox: name, count: deleted }, 'journal cleared')
    return { deleted }
  })

  const streamJournal = defineControl('emulator-journal-stream', {
    summary: 'Follow the journal',
    description:
      'Sends new entries as server-sent events, once it is known whether their response was delivered; with `since`, those after that entry first. The event `end` ends the stream when the server stops, or when a reset, restore, load or removal replaces the keys of the sandbox; a stream that ends without it was interrupted. A comment every 15 s keeps proxies and clients from closing an idle stream.',
    querystring: StreamQuery,
    responses: { 200: [EventStream, 'One event per request, with the entry as JSON, and one at the end.'] },
  })
  app.get<{ Querystring: Query }>('/_emulator/journal/stream', { schema: streamJournal }, (request, reply) => {
    const { limit } = request.query
    if (limit !== undefined) throw errors.invalidQuery('limit', 'absent: a stream has no end', String(limit))
    const filter = parseFilter(request.query, StreamQuery, errors)
    const sandbox = sandboxFor(request)
    const { journal, abortSignal } = sandbox
    const stream = openEventStream(reply, heartbeatInterval)
    const replayAfter = filter.since === undefined ? undefined : journal.sequenceOf(filter.since)
    const follower = followJournal(journal, stream, filter.matches, replayAfter)
    const stopListening = onAbort([closing, abortSignal], () => follower.finish())
    const release = sandbox.acquire()
    onClose([reply.raw], () => {
      release()
      follower.stop()
      stopListening()
    })
  })
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
  id === undefined ? 0 : entries.findIndex(({ request }) => request.id === id) + 1

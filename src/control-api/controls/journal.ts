import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import * as Type from 'typebox'
import { whenClosed } from '../../common/abort.ts'
import { type JournalRecord, toJournalEntry } from '../../journal/entry.ts'
import { type JournalFilter, matchesFilter, parseFilter } from '../../journal/filter.ts'
import { type JournalEntry as Entry, JournalEntrySchema, ListQuery, StreamQuery } from '../../journal/schemas.ts'
import { Ref } from '../../schema/typebox.ts'
import * as errors from '../errors.ts'
import { defineControl } from '../operation.ts'
import type { ControlDeps } from '../plugin.ts'

const event = Type.Object({
  event: Type.Optional(Type.Literal('message', { description: 'As an event without a name is called.' })),
  id: Type.String({ description: 'That of the entry.' }),
  data: Type.String({ contentMediaType: 'application/json', contentSchema: Ref(JournalEntrySchema) }),
})
const events = Type.Unsafe({ content: { 'text/event-stream': { schema: event } } })

/** What was asked of the emulated API, and answered. */
export function registerJournal(app: FastifyInstance, { sandboxFor, pauses }: ControlDeps): void {
  app.addSchema(JournalEntrySchema)
  const listJournal = defineControl('emulator-requests-list', {
    summary: 'Read the journal',
    description: 'The requests that fit every filter, oldest first. No secret is in it.',
    querystring: ListQuery,
    responses: {
      200: [
        Type.Object({
          data: Type.Array(Ref(JournalEntrySchema)),
          count: Type.Integer({ description: 'How many fit, whatever the limit.' }),
        }),
        'The requests.',
      ],
    },
    extraErrors: [400],
  })
  app.get('/_emulator/requests', { schema: listJournal }, (request) => {
    const filter = filterOf(request)
    const { data, count } = selectEntries(sandboxFor(request).journal.entries, filter)
    return { data: data.map(toJournalEntry), count }
  })

  const clearJournal = defineControl('emulator-requests-clear', {
    summary: 'Empty the journal',
    description: 'Of the addressed sandbox.',
    responses: { 200: [Type.Object({ deleted: Type.Integer() }), 'How many requests there were.'] },
  })
  app.delete('/_emulator/requests', { schema: clearJournal }, (request) => {
    const { journal } = sandboxFor(request)
    const deleted = journal.entries.length
    journal.clear()
    return { deleted }
  })

  const streamJournal = defineControl('emulator-requests-stream', {
    summary: 'Follow the journal',
    description:
      'New requests as server-sent events, once it is known whether they were delivered; with `since` those past it first.',
    querystring: StreamQuery,
    responses: { 200: [events, 'One event a request, its data an entry in JSON.'] },
    extraErrors: [400],
  })
  app.get('/_emulator/requests/stream', { schema: streamJournal }, (request, reply) => {
    const { limit } = request.query as { limit?: unknown }
    if (limit !== undefined) throw errors.invalidQuery('limit', 'left out: a stream has no end', String(limit))
    const filter = filterOf(request)
    const sandbox = sandboxFor(request)
    const { journal, generation } = sandbox
    const stream = openStream(reply)
    const sendIfMatching = (record: JournalRecord) => {
      if (matchesFilter(record, filter)) stream.send(toJournalEntry(record))
    }
    const { since } = filter
    if (since !== undefined) {
      const past = journal.entries.slice(indexAfter(journal.entries, since))
      // What is not settled yet is told when it is.
      for (const record of past) if (record.isDeliveryKnown) sendIfMatching(record)
    }
    stream.limitBacklog()
    const release = sandbox.acquire()
    whenClosed(
      [reply.raw],
      [release, journal.subscribe(sendIfMatching), pauses.onCut(generation, () => reply.raw.destroy())],
    )
  })
}

function filterOf({ query }: FastifyRequest): JournalFilter {
  const filter = parseFilter(query as Record<string, unknown>)
  if ('param' in filter) throw errors.invalidQuery(filter.param, filter.rule, filter.got)
  return filter
}

/** Those after the one of that id, at most so many; where there is no such one the newest, as without an id. */
function selectEntries(
  entries: readonly JournalRecord[],
  filter: JournalFilter,
): { data: readonly JournalRecord[]; count: number } {
  const startIndex = indexAfter(entries, filter.since)
  const matching = entries.slice(startIndex).filter((each) => matchesFilter(each, filter))
  const { limit = matching.length } = filter
  const data = startIndex > 0 ? matching.slice(0, limit) : matching.slice(Math.max(matching.length - limit, 0))
  return { data, count: matching.length }
}

const indexAfter = (entries: readonly JournalRecord[], id: string | undefined) =>
  id === undefined ? 0 : entries.findIndex(({ request }) => request.id === id) + 1

// In bytes. A reader that does not read is not waited for.
const maxBacklogBytes = 1024 * 1024

function openStream(reply: FastifyReply) {
  reply.hijack()
  const { raw } = reply
  raw.on('error', () => {})
  raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', connection: 'close' })
  raw.write(': requests\n\n')
  let maxBacklog = Number.POSITIVE_INFINITY
  return {
    send(entry: Entry): void {
      if (raw.destroyed) return
      raw.write(`id: ${entry.id}\ndata: ${JSON.stringify(entry)}\n\n`)
      if (raw.writableLength > maxBacklog) raw.destroy()
    },
    /** From now on it is dropped when it falls back further than it is now. */
    limitBacklog(): void {
      maxBacklog = raw.writableLength + maxBacklogBytes
    },
  }
}

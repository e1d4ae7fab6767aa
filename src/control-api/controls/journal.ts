import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import * as Type from 'typebox'
import { whenClosed } from '../../common/abort.ts'
import { type Recorded, toEntry } from '../../journal/entry.ts'
import { type Filter, isWanted, readFilter } from '../../journal/filter.ts'
import { type RequestEntry as Entry, EntrySchema, ListQuery, StreamQuery } from '../../journal/schemas.ts'
import { Ref } from '../../schema/typebox.ts'
import * as errors from '../errors.ts'
import { control } from '../operation.ts'
import type { ControlOptions } from '../plugin.ts'

const event = Type.Object({
  event: Type.Optional(Type.Literal('message', { description: 'As an event without a name is called.' })),
  id: Type.String({ description: 'That of the entry.' }),
  data: Type.String({ contentMediaType: 'application/json', contentSchema: Ref(EntrySchema) }),
})
const events = Type.Unsafe({ content: { 'text/event-stream': { schema: event } } })

/** What was asked of the emulated API, and answered. */
export function registerRequests(app: FastifyInstance, { addressed, pauses }: ControlOptions): void {
  app.addSchema(EntrySchema)
  const listRequests = control('emulator-requests-list', {
    summary: 'Read the journal',
    description: 'The requests that fit every filter, oldest first. No secret is in it.',
    querystring: ListQuery,
    answers: {
      200: [
        Type.Object({
          data: Type.Array(Ref(EntrySchema)),
          count: Type.Integer({ description: 'How many fit, whatever the limit.' }),
        }),
        'The requests.',
      ],
    },
    refuses: [400],
  })
  app.get('/_emulator/requests', { schema: listRequests }, (request) => {
    const filter = filterOf(request)
    const { data, count } = pick(addressed(request).journal.entries, filter)
    return { data: data.map(toEntry), count }
  })

  const clearRequests = control('emulator-requests-clear', {
    summary: 'Empty the journal',
    description: 'Of the addressed sandbox.',
    answers: { 200: [Type.Object({ deleted: Type.Integer() }), 'How many requests there were.'] },
  })
  app.delete('/_emulator/requests', { schema: clearRequests }, (request) => {
    const { journal } = addressed(request)
    const deleted = journal.entries.length
    journal.clear()
    return { deleted }
  })

  const streamRequests = control('emulator-requests-stream', {
    summary: 'Follow the journal',
    description:
      'New requests as server-sent events, once it is known whether they were delivered; with `since` those past it first.',
    querystring: StreamQuery,
    answers: { 200: [events, 'One event a request, its data an entry in JSON.'] },
    refuses: [400],
  })
  app.get('/_emulator/requests/stream', { schema: streamRequests }, (request, reply) => {
    const { limit } = request.query as { limit?: unknown }
    if (limit !== undefined) throw errors.invalidQuery('limit', 'left out: a stream has no end', String(limit))
    const filter = filterOf(request)
    const sandbox = addressed(request)
    const { journal, generation } = sandbox
    const stream = openStream(reply)
    const tell = (recorded: Recorded) => {
      if (isWanted(recorded, filter)) stream.send(toEntry(recorded))
    }
    const { since } = filter
    if (since !== undefined) {
      const missed = journal.entries.slice(after(journal.entries, since))
      // What is not settled yet is told when it is.
      for (const recorded of missed) if (recorded.isSettled) tell(recorded)
    }
    stream.allowBacklog()
    const sleep = sandbox.stayAwake()
    whenClosed([reply.raw], [sleep, journal.listen(tell), pauses.onCut(generation, () => reply.raw.destroy())])
  })
}

function filterOf({ query }: FastifyRequest): Filter {
  const filter = readFilter(query as Record<string, unknown>)
  if ('param' in filter) throw errors.invalidQuery(filter.param, filter.rule, filter.got)
  return filter
}

/** Those after the one of that id, at most so many; where there is no such one the newest, as without an id. */
function pick(entries: readonly Recorded[], filter: Filter): { data: readonly Recorded[]; count: number } {
  const start = after(entries, filter.since)
  const fitting = entries.slice(start).filter((each) => isWanted(each, filter))
  const { limit = fitting.length } = filter
  const data = start > 0 ? fitting.slice(0, limit) : fitting.slice(Math.max(fitting.length - limit, 0))
  return { data, count: fitting.length }
}

const after = (entries: readonly Recorded[], id: string | undefined) =>
  id === undefined ? 0 : entries.findIndex(({ seen }) => seen.id === id) + 1

// In bytes. A reader that does not read is not waited for.
const longestBacklog = 1024 * 1024

function openStream(reply: FastifyReply) {
  reply.hijack()
  const { raw } = reply
  raw.on('error', () => {})
  raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', connection: 'close' })
  raw.write(': requests\n\n')
  let allowed = Number.POSITIVE_INFINITY
  return {
    send(entry: Entry): void {
      if (raw.destroyed) return
      raw.write(`id: ${entry.id}\ndata: ${JSON.stringify(entry)}\n\n`)
      if (raw.writableLength > allowed) raw.destroy()
    },
    /** From now on it is dropped when it falls back further than it is now. */
    allowBacklog(): void {
      allowed = raw.writableLength + longestBacklog
    },
  }
}

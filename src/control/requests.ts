import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import * as Type from 'typebox'
import { type Recorded, toEntry } from '../journal/entry.ts'
import { type Filter, isWanted, readFilter } from '../journal/filter.ts'
import { type RequestEntry as Entry, EntrySchema, FilterQuery } from '../journal/schemas.ts'
import * as errors from './errors.ts'
import { control } from './operation.ts'
import type { ControlOptions } from './scope.ts'

/** What was asked of the emulated API, and answered. */
export function registerRequests(app: FastifyInstance, { addressed, pauses }: ControlOptions): void {
  const listRequests = control('emulator-requests-list', {
    summary: 'Read the journal',
    description: 'The requests that fit every filter, oldest first. No secret is in it.',
    querystring: FilterQuery,
    answers: {
      200: [
        Type.Object({
          data: Type.Array(EntrySchema),
          count: Type.Integer({ description: 'How many fit, whatever the limit.' }),
        }),
        'The requests.',
      ],
    },
    refuses: [400],
  })
  app.get('/_emulator/requests', { schema: listRequests }, (request) => {
    const filter = filterOf(request)
    const fitting = since(addressed(request).journal.entries, filter).filter((each) => isWanted(each, filter))
    return { data: limited(fitting, filter).map(toEntry), count: fitting.length }
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
    querystring: FilterQuery,
    answers: { 200: [Type.String(), 'One event a request, its data an entry in JSON.'] },
    refuses: [400],
  })
  app.get('/_emulator/requests/stream', { schema: streamRequests }, (request, reply) => {
    const filter = filterOf(request)
    const { journal, generation } = addressed(request)
    const send = openStream(reply)
    const tell = (recorded: Recorded) => {
      if (isWanted(recorded, filter)) send(toEntry(recorded))
    }
    if (filter.since !== undefined) since(journal.entries, filter).forEach(tell)
    const letGo = [journal.listen(tell), pauses.onCut(generation, () => reply.raw.destroy())]
    reply.raw.once('close', () => {
      for (const each of letGo) each()
    })
  })
}

function filterOf({ query }: FastifyRequest): Filter {
  const filter = readFilter(query as Record<string, unknown>)
  if ('param' in filter) throw errors.invalidQuery(filter.param, filter.rule, filter.got)
  return filter
}

/** Those after the one of that id; all, where it is not there. */
function since(entries: readonly Recorded[], { since: id }: Filter): readonly Recorded[] {
  return id === undefined ? entries : entries.slice(entries.findIndex(({ seen }) => seen.id === id) + 1)
}

/** The first ones after `since`, the newest without it. */
function limited(entries: readonly Recorded[], { since: id, limit }: Filter): readonly Recorded[] {
  if (limit === undefined) return entries
  if (limit === 0) return []
  return id === undefined ? entries.slice(-limit) : entries.slice(0, limit)
}

// In bytes. A reader that does not read is not waited for.
const longestBacklog = 1024 * 1024

function openStream(reply: FastifyReply): (entry: Entry) => void {
  reply.hijack()
  const { raw } = reply
  raw.on('error', () => {})
  raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', connection: 'close' })
  raw.write(': requests\n\n')
  return (entry) => {
    if (raw.destroyed) return
    raw.write(`id: ${entry.id}\ndata: ${JSON.stringify(entry)}\n\n`)
    if (raw.writableLength > longestBacklog) raw.destroy()
  }
}

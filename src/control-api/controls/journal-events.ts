import * as Type from 'typebox'
import { JournalEntrySchema } from '../../journal/schemas.ts'
import { changeableParts, type SandboxChange } from '../../sandbox/changes.ts'
import { Choice, Ref } from '../../schema/typebox.ts'
import type { EventStream } from './event-stream.ts'

const JsonText = (schema: Type.TSchema) => Type.String({ contentMediaType: 'application/json', contentSchema: schema })

const EntryEvent = Type.Object({
  event: Choice(['entry', 'update'], { description: 'A request has arrived; its entry is complete.' }),
  id: Type.String({ description: 'The id of the entry.' }),
  data: JsonText(Ref(JournalEntrySchema)),
})
const ChangedEvent = Type.Object({
  event: Type.Literal('changed', { description: 'A control or a request has changed a part of the sandbox.' }),
  data: JsonText(Type.Object({ what: Choice(changeableParts, { description: 'What to read again.' }) })),
})
const emptyEvent = (event: string, description: string) =>
  Type.Object({ event: Type.Literal(event, { description }), data: Type.Literal('{}') })

/** The content of a journal stream, for the document. */
export const EventStreamContent = Type.Unsafe({
  content: {
    'text/event-stream': {
      schema: Type.Union([
        EntryEvent,
        ChangedEvent,
        emptyEvent('reset', 'The sandbox was reset, restored or replaced: read everything again.'),
        emptyEvent('end', 'The last event.'),
      ]),
    },
  },
})

// Thousands of requests a second may each change the keys: a reader reads them again at most this often.
const coalesceMs = 50

// They must keep their order among the entries.
const urgentChanges: readonly SandboxChange[] = ['reset', 'journal']

/** Sends changes to one reader: `reset` and a cleared journal at once, others together and each once after a moment. */
export function createChangeSender(stream: EventStream) {
  const waiting = new Set<SandboxChange>()
  let timer: NodeJS.Timeout | undefined

  function flush(): void {
    clearTimeout(timer)
    timer = undefined
    for (const change of waiting) sendChange(stream, change)
    waiting.clear()
  }

  return {
    send(change: SandboxChange): void {
      // Who reads everything again needs no other event.
      if (change === 'reset') waiting.clear()
      if (urgentChanges.includes(change)) {
        sendChange(stream, change)
      } else {
        waiting.add(change)
        timer ??= setTimeout(flush, coalesceMs).unref()
      }
    },
    /** Sends what waits. */
    flush,
    stop: (): void => clearTimeout(timer),
  }
}

function sendChange(stream: EventStream, change: SandboxChange): void {
  if (change === 'reset') stream.send('reset', {})
  else stream.send('changed', { what: change })
}

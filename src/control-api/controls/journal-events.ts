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

export function sendChange(stream: EventStream, change: SandboxChange): void {
  if (change === 'reset') stream.send('reset', {})
  else stream.send('changed', { what: change })
}

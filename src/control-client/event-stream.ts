interface ServerSentEvent {
  event: string
  data: string
}

/** Yields the events of a stream of server-sent events, of which the emulator writes one line per field. */
export async function* readEvents(chunks: AsyncIterable<string>): AsyncGenerator<ServerSentEvent, void, void> {
  let rest = ''
  for await (const chunk of chunks) {
    rest += chunk
    const blocks = rest.split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const fieldOf = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1]
      yield { event: fieldOf('event') ?? '', data: fieldOf('data') ?? '' }
    }
  }
}

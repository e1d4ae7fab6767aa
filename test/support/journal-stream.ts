import { get } from 'node:http'
import { onTestFinished } from 'vitest'

export interface StreamEvent {
  event: string
  // biome-ignore lint/suspicious/noExplicitAny: tests assert what is in it
  data: any
}

export interface FollowedStream {
  /** The events received so far. */
  events: StreamEvent[]
  dataOf(event: string): StreamEvent['data'][]
  /** Resolves when the connection is closed. */
  closed: Promise<void>
}

/** Opens the journal stream of the sandbox with that URL, and resolves once it has begun. */
export function followStream(sandboxUrl: string, query = ''): Promise<FollowedStream> {
  const events: StreamEvent[] = []
  let rest = ''
  return new Promise((resolve, reject) => {
    const request = get(`${sandboxUrl}/_emulator/journal/stream${query}`, (response) => {
      response.on('error', () => {}).setEncoding('utf8')
      response.on('data', (chunk: string) => {
        const blocks = (rest + chunk).split('\n\n')
        rest = blocks.pop() ?? ''
        for (const block of blocks) {
          const [, event, data = ''] = /^event: (.*)\n(?:id: .*\n)?data: (.*)$/.exec(block) ?? []
          if (event !== undefined) events.push({ event, data: JSON.parse(data) })
        }
      })
      const dataOf = (name: string) => events.filter(({ event }) => event === name).map(({ data }) => data)
      const closed = new Promise<void>((resolveClosed) => response.once('close', resolveClosed))
      resolve({ events, dataOf, closed })
    })
    request.on('error', reject)
    onTestFinished(() => void request.destroy())
  })
}

import { pause } from '../common/pause.ts'

// Longer work in one turn would delay a frame.
const maxTurnMs = 8

/** Reads server-sent events until the stream ends. Calls `onChunk` for everything that arrives, comments included. */
export async function readEvents(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  onEvent: (event: string, data: string) => void,
  onChunk: () => void,
): Promise<void> {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  let turnStart = performance.now()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    onChunk()
    const blocks = (rest + value).split('\n\n')
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const event = /^event: (.*)$/m.exec(block)?.[1]
      const data = /^data: (.*)$/m.exec(block)?.[1]
      if (event !== undefined && data !== undefined) onEvent(event, data)
      if (performance.now() - turnStart < maxTurnMs) continue
      await pause(0)
      turnStart = performance.now()
    }
  }
}

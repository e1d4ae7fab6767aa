import type { IncomingMessage, ServerResponse } from 'node:http'
import { Generation } from './generation.ts'

/** What a request waited in is gone, its sandbox reset or removed or the server: its client is to see a broken connection. */
export class Cut extends Error {}

/** Requests that wait on purpose. A reset of their sandbox cuts them, and so does the end of the server. */
export class Pauses {
  readonly #server = new Generation()

  /** Calls `cut` when the generation ends, or the server, unless it is let go before. */
  onCut(generation: Generation | undefined, cut: () => void): () => void {
    const letGo = [this.#server.onEnd(cut), generation?.onEnd(cut)]
    return () => {
      for (const each of letGo) each?.()
    }
  }

  /** Resolves after so many real milliseconds. Rejects with Cut. */
  pause(ms: number, generation: Generation | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const letGo = this.onCut(generation, () => {
        clearTimeout(timer)
        letGo()
        reject(new Cut())
      })
      const timer = setTimeout(() => {
        letGo()
        resolve()
      }, ms)
    })
  }

  /** Cuts all that wait. */
  end(): void {
    this.#server.end()
  }
}

/** Calls each as soon as one of the messages is over, however it ends, or at once if one is. */
export function whenClosed(
  messages: readonly (IncomingMessage | ServerResponse)[],
  letGo: readonly ((() => void) | undefined)[],
): void {
  let isOver = false
  const end = () => {
    if (isOver) return
    isOver = true
    for (const each of letGo) each?.()
  }
  for (const message of messages) {
    if (message.closed) end()
    else message.once('close', end)
  }
}

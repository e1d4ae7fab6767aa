import { setMaxListeners } from 'node:events'

/**
 * Thrown when the sandbox of a request is reset or removed, the server stops, or the client disconnects, while the request waits.
 * The connection is closed without a response.
 */
export class RequestAborted extends Error {}

/** Returns a controller whose signal takes any number of listeners: every waiting request adds one. */
export function createAbortController(): AbortController {
  const controller = new AbortController()
  setMaxListeners(0, controller.signal)
  return controller
}

type Signals = readonly (AbortSignal | undefined)[]

/**
 * Calls `listener` once, when the first signal aborts. Returns a function that unsubscribes. If a signal has already aborted,
 * the call waits for a microtask, because listeners use that function.
 */
export function onAbort(signals: Signals, listener: () => void): () => void {
  let isActive = true
  const unsubscribe = () => {
    isActive = false
    for (const signal of signals) signal?.removeEventListener('abort', run)
  }
  const run = () => {
    if (!isActive) return
    unsubscribe()
    listener()
  }
  for (const signal of signals) {
    if (signal?.aborted) queueMicrotask(run)
    else signal?.addEventListener('abort', run)
  }
  return unsubscribe
}

/** Resolves after `ms` real milliseconds. Rejects with RequestAborted when one of the signals aborts first. */
export function waitUnlessAborted(ms: number, signals: Signals): Promise<void> {
  return new Promise((resolve, reject) => {
    const unsubscribe = onAbort(signals, () => {
      clearTimeout(timer)
      reject(new RequestAborted())
    })
    const timer = setTimeout(() => {
      unsubscribe()
      resolve()
    }, ms)
  })
}

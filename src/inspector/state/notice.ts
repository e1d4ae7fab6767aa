import { signal } from '@preact/signals'

const shownMs = 6000

/** What was done last, or why it was not. */
export const notice = signal<{ text: string; isError: boolean } | undefined>(undefined)

let timer: ReturnType<typeof setTimeout> | undefined

export function notify(text: string, isError = false): void {
  clearTimeout(timer)
  notice.value = { text, isError }
  timer = setTimeout(() => {
    notice.value = undefined
  }, shownMs)
}

/** Runs an action of the user. Returns whether it succeeded; says why if not. */
export async function attempt(action: () => Promise<unknown>, done?: string): Promise<boolean> {
  try {
    await action()
    if (done !== undefined) notify(done)
    return true
  } catch (error) {
    notify(error instanceof Error ? error.message : String(error), true)
    return false
  }
}

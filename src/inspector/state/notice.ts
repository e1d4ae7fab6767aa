import { signal } from './signal.ts'

const shownMs = 6000

/** What was done last, or why it was not. */
export const notice = signal<{ text: string; isError?: boolean } | undefined>(undefined)

let timer: ReturnType<typeof setTimeout> | undefined

export function notify(text: string, isError?: boolean): void {
  clearTimeout(timer)
  notice.value = { text, ...(isError && { isError }) }
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
    notify((error as Error).message, true)
    return false
  }
}

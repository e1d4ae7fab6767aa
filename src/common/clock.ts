/** Returns the system time in Unix milliseconds. Only this file reads the system clock. */
export const systemNow = (): number => Date.now()

/** Returns real milliseconds that never run backwards, for durations. */
export const monotonicNow = (): number => performance.now()

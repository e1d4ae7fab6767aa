/**
 * Returns the system time in Unix milliseconds. Only this file reads the system clock. A test that fakes `Date` moves it: the
 * build binds the name alone to the real one (scripts/captured-globals.ts).
 */
export const systemNow = (): number => globalThis.Date.now()

/** Returns real milliseconds that never run backwards, for durations. */
export const monotonicNow = (): number => performance.now()

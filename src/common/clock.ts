/** The system time, in Unix milliseconds. This is the only reader of it in src. */
export const systemNow = (): number => Date.now()

/** Milliseconds of a clock that never runs backwards, to measure durations. */
export const monotonicNow = (): number => performance.now()

export type Outcome = { value: unknown } | { error: Error }

/** Returns the result of a call, or its error, for callers that pass errors on instead of throwing them. */
export function tryCatch(action: () => unknown): Outcome {
  try {
    return { value: action() }
  } catch (error) {
    return { error: error as Error }
  }
}

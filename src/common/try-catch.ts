export type Outcome = { value: unknown } | { error: Error }

/** What a call came to, for callers that hand on errors instead of throwing them. */
export function tryCatch(action: () => unknown): Outcome {
  try {
    return { value: action() }
  } catch (error) {
    return { error: error as Error }
  }
}

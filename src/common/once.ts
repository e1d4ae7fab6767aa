/** Returns a function that creates a value at its first call and returns the same one from then on. */
export function once<Value>(create: () => Value): () => Value {
  let value: Value | undefined
  return () => {
    value ??= create()
    return value
  }
}

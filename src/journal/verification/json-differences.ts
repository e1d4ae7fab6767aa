/** A place where two JSON values differ; `undefined` means that the part is absent. */
export interface JsonDifference {
  /** Names and indexes from the root, such as `.owner.names[0]`; empty for the root. */
  path: string
  expected: unknown
  got: unknown
}

/** Returns the innermost parts in which two JSON values differ, but no more than `limit`. */
export function jsonDifferences(expected: unknown, got: unknown, limit: number): JsonDifference[] {
  const found: JsonDifference[] = []
  const compare = (expectedPart: unknown, gotPart: unknown, path: string): void => {
    if (found.length >= limit) return
    const isList = Array.isArray(expectedPart)
    if (!isContainer(expectedPart) || !isContainer(gotPart) || isList !== Array.isArray(gotPart)) {
      if (expectedPart !== gotPart) found.push({ path, expected: expectedPart, got: gotPart })
      return
    }
    const compareAt = (name: string) =>
      compare(ownPart(expectedPart, name), ownPart(gotPart, name), path + segment(name, isList))
    for (const name in expectedPart) {
      if (found.length >= limit) return
      compareAt(name)
    }
    for (const name in gotPart) {
      if (found.length >= limit) return
      if (!Object.hasOwn(expectedPart, name)) compareAt(name)
    }
  }
  compare(expected, got, '')
  return found
}

/** Returns whether a JSON value is an object or a list. */
export const isContainer = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

const ownPart = (value: Record<string, unknown>, name: string) => (Object.hasOwn(value, name) ? value[name] : undefined)

function segment(name: string, isIndex: boolean): string {
  if (isIndex) return `[${name}]`
  return /^[A-Za-z_$][\w$]*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`
}

// Comparing takes quadratic time, and longer texts are not misspelled names.
const maxWordLength = 40

/** Returns the name that was most likely meant by `word`; undefined if none is similar. */
export function closestName(word: string, names: readonly string[]): string | undefined {
  if (word.length > maxWordLength) return undefined
  const ranked = names
    .map((name) => ({ name, distance: editDistance(normalize(word), normalize(name)) }))
    .sort((one, other) => one.distance - other.distance)
  const [best] = ranked
  return best !== undefined && best.distance <= maxDistance(word, best.name) ? best.name : undefined
}

// A name in another convention (`createdAt`, `created-at`) has distance 0.
const normalize = (name: string) => name.toLowerCase().replaceAll(/[-_\s]/g, '')

const maxDistance = (word: string, name: string) => Math.max(1, Math.floor(Math.max(word.length, name.length) / 4))

/** Returns how many letters must be inserted, deleted, replaced or swapped with their neighbor. */
function editDistance(one: string, other: string): number {
  const rows = [Array.from({ length: other.length + 1 }, (_, column) => column)]
  const at = (row: number, column: number) => rows[row]?.[column] ?? Number.POSITIVE_INFINITY
  for (let row = 1; row <= one.length; row++) {
    rows[row] = [row]
    for (let column = 1; column <= other.length; column++) {
      const isSame = one[row - 1] === other[column - 1]
      const isSwapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]
      const distances = [at(row - 1, column) + 1, at(row, column - 1) + 1, at(row - 1, column - 1) + (isSame ? 0 : 1)]
      if (isSwapped) distances.push(at(row - 2, column - 2) + 1)
      ;(rows[row] as number[])[column] = Math.min(...distances)
    }
  }
  return at(one.length, other.length)
}

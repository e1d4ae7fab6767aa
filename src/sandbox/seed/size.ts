import type { SeedKey } from './schema.ts'

// Inserting takes about 20 microseconds a key, during which no request is processed.
const maxKeys = 1_000_000

const maxGeneratedLength = 64 * 1024 * 1024

/** Returns what is wrong with the number or the length of a seed's keys, as a predicate; undefined if nothing is. */
export function sizeProblem(keys: readonly (SeedKey | undefined)[]): string | undefined {
  let count = 0
  let length = 0
  for (const key of keys) {
    if (key === undefined) continue
    count += key.generate ?? 1
    if (key.generate !== undefined) length += key.generate * generatedLength(key)
  }
  if (count > maxKeys) return `must be at most ${maxKeys} keys, including generated keys, got ${count}`
  if (length <= maxGeneratedLength) return undefined
  return `must generate at most ${maxGeneratedLength} characters of ids, names and owners, got ${length}`
}

/** Returns an upper limit of the length of the texts of one generated key. */
function generatedLength({ id, name, owner, generate = 1 }: SeedKey): number {
  const digits = String(generate).length
  const texts = [id, name, owner?.id, owner?.name].filter((text) => typeof text === 'string')
  return texts.reduce((sum, text) => sum + text.length + Math.max(0, digits - 3) * (text.split('{n}').length - 1), 0)
}

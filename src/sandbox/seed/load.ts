import { isUtf8 } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { packageRoot } from '../../common/package-info.ts'
import { UserError } from '../../common/user-error.ts'
import { builtInSeeds } from './built-in.ts'
import { emptySeed, mergeSeeds, type Seed } from './merge.ts'

/**
 * Reads seeds, each a built-in name or a file: keys add up, elsewhere the later wins, field by field.
 * Throws UserError for the first mistake: the file, the line, the path in the document, the rule and the value.
 */
export async function loadSeeds(sources: readonly string[]): Promise<Seed> {
  if (sources.length === 0) return emptySeed()
  // YAML and its validation take as long to load as all the rest, and most starts have no seed.
  const { parseSeed } = await import('./parse.ts')
  return mergeSeeds(sources.map((source) => parseSeed(source, readSource(source))))
}

const repeatedFlags = (list: string) =>
  list
    .split(',')
    .map((each) => `--seed ${each.trim()}`)
    .join(' ')

function readSource(source: string): string {
  const path = builtInSeeds.includes(source) ? new URL(`fixtures/${source}.yaml`, packageRoot) : resolve(source)
  try {
    const bytes = readFileSync(path)
    if (isUtf8(bytes)) return bytes.toString('utf8')
  } catch (error) {
    // With a path it was never meant to be a name.
    const isName = !/[/\\]/.test(source)
    const instead = isName
      ? `is no built-in one (${builtInSeeds.join(', ')}) and cannot be read as a file`
      : 'cannot be read'
    const several = source.includes(',') ? `; --seed takes one, and may be repeated: ${repeatedFlags(source)}` : ''
    throw new UserError(`seed ${source}: ${instead}: ${(error as Error).message}${several}`)
  }
  throw new UserError(`seed ${source}: is not UTF-8`)
}

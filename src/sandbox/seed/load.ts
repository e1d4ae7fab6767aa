import { isUtf8 } from 'node:buffer'
import { readdirSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { packageRoot } from '../../common/package-info.ts'
import { closestName } from '../../common/suggest.ts'
import { UserError } from '../../common/user-error.ts'
import { builtInSeeds } from './built-in.ts'
import { emptySeed, mergeSeeds, type Seed } from './merge.ts'
import { Mistakes } from './mistakes.ts'
import { readSeedFile } from './read-file.ts'
import type { SeedSource } from './source.ts'

interface ReadOptions {
  /** Whether a file may be a pipe or a device: reading it waits for its writer. */
  allowsPipes?: boolean
}

interface LoadOptions extends ReadOptions {
  /** The value of the key that clients are configured with, if there is one. */
  adminKey?: string | undefined
}

/**
 * Reads seeds, each a built-in name or a file. Keys add up; in other sections the later seed wins, field by field. Throws
 * SeedError for all mistakes, each with file, line, path, rule and value.
 */
export async function loadSeeds(sources: readonly string[], options: LoadOptions = {}): Promise<Seed> {
  if (sources.length === 0) return emptySeed()
  // Loading YAML and validation takes as long as the rest of a start, and most starts have no seed.
  const { parseSeed } = await import('./parse.ts')
  const mistakes = new Mistakes()
  const parsed = sources.map((source) => {
    const text = readSource(source, mistakes, options)
    return text === undefined ? undefined : parseSeed(source, text, mistakes)
  })
  return mergeSeeds(
    parsed.filter((source): source is SeedSource => source !== undefined),
    mistakes,
    options.adminKey,
  )
}

const repeatedFlags = (list: string) =>
  list
    .split(',')
    .map((each) => `--seed ${each.trim()}`)
    .join(' ')

function readSource(source: string, mistakes: Mistakes, options: ReadOptions): string | undefined {
  const path = builtInSeeds.includes(source) ? new URL(`fixtures/${source}.yaml`, packageRoot) : resolve(source)
  const fail = (problem: string) =>
    mistakes.add(() => ({
      file: source,
      message: `seed ${source}: ${problem}`,
      pointer: undefined,
      line: undefined,
    }))
  try {
    const bytes = readSeedFile(path, options)
    if (isUtf8(bytes)) return bytes.toString('utf8')
    fail('is not UTF-8')
  } catch (error) {
    fail(error instanceof UserError ? error.message : readProblem(source, error as Error))
  }
  return undefined
}

function readProblem(source: string, { message }: Error): string {
  const isPath = /[/\\]/.test(source)
  const suggestion = isPath ? undefined : closestName(source, builtInSeeds)
  const problem = isPath
    ? 'cannot be read'
    : `is not a built-in seed (${builtInSeeds.join(', ')}) and cannot be read as a file`
  const hint = source.includes(',') ? `; repeat --seed for several seeds: ${repeatedFlags(source)}` : ''
  return `${problem}: ${message}${hint}${suggestion === undefined ? '' : `; did you mean \`${suggestion}\`?`}`
}

/** The sources of a server's seeds. */
export interface SeedLocation {
  /** All seed files of this folder come first. */
  folder: string | undefined
  /** Built-in names and files. */
  seeds: readonly string[]
}

/** Returns all seeds in the order in which they are loaded. Throws UserError if the folder cannot be read. */
export const listSeeds = ({ folder, seeds }: SeedLocation): string[] =>
  folder === undefined ? [...seeds] : [...seedFilesIn(folder), ...seeds]

/** Returns whether a file of the folder is a seed; hidden files are not. */
export const isSeedFile = (name: string): boolean => /^[^.].*\.(yaml|yml|json)$/.test(name)

function seedFilesIn(folder: string): string[] {
  try {
    const names = readdirSync(folder).filter(isSeedFile)
    return names.sort().map((name) => assertIsFile(join(folder, name)))
  } catch (error) {
    throw new UserError(`seed folder ${folder}: cannot be read: ${(error as Error).message}`)
  }
}

// Reading something else, such as a pipe, could block forever.
function assertIsFile(path: string): string {
  if (!statSync(path).isFile()) throw new Error(`${path} is not a file`)
  return path
}

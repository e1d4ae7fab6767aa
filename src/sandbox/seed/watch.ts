import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { UserError } from '../../common/user-error.ts'
import { builtInSeeds } from './built-in.ts'
import { isSeedFile, listSeeds, type SeedLocation } from './load.ts'
import { readSeedFile } from './read-file.ts'

// The interval between checks. A change counts once the files have been stable for one interval.
const intervalMs = 200

/**
 * Calls `onChange` after seed files were changed, added or removed; never concurrently. Polls their inode, size and times, because
 * mounted folders send no file system events (decision 24). Does not keep the process alive. Returns a function that stops
 * watching.
 */
export function watchSeeds(location: SeedLocation, onChange: () => Promise<void>): () => void {
  let isStopped = false
  let timer: NodeJS.Timeout | undefined
  let seen = ''
  let isReported = false
  async function look(): Promise<void> {
    const versions = await versionsOf(location)
    if (isStopped) return
    if (versions !== seen) isReported = false
    else if (!isReported) {
      isReported = true
      await onChange()
    }
    seen = versions
    if (!isStopped) wait()
  }
  function wait(): void {
    timer = setTimeout(() => void look(), intervalMs).unref()
  }
  wait()
  return () => {
    isStopped = true
    clearTimeout(timer)
  }
}

const filesOf = (sources: readonly string[]) => sources.filter((source) => !builtInSeeds.includes(source))

/** Returns a text that changes whenever a file is written, replaced, added or removed. */
async function versionsOf({ folder, seeds }: SeedLocation): Promise<string> {
  const names = folder === undefined ? [] : await readdir(folder).catch(() => [])
  const paths = names.filter(isSeedFile).map((name) => join(folder ?? '', name))
  return (await Promise.all([...paths, ...filesOf(seeds)].map(versionOf))).join('\n')
}

const versionOf = (path: string): Promise<string> =>
  stat(path, { bigint: true }).then(
    ({ dev, ino, size, mtimeNs, ctimeNs }) => [path, dev, ino, size, mtimeNs, ctimeNs].join(),
    ({ code }: NodeJS.ErrnoException) => `${path} ${code}`,
  )

/** Returns a text that changes with the contents of the seed files. */
export function digestSeeds(location: SeedLocation): string {
  const hash = createHash('sha256')
  for (const file of filesOf(listSeeds(location))) hash.update(`${file}\0`).update(contentOf(file)).update('\0')
  return hash.digest('hex')
}

// Files that cannot be read are reported when they are loaded.
function contentOf(file: string): Buffer | string {
  try {
    return readSeedFile(resolve(file))
  } catch (error) {
    return `\0${(error as Error).message}`
  }
}

/** Throws UserError if there is no file to watch, or if a file can be read only once. */
export function assertWatchable(location: SeedLocation): void {
  const files = filesOf(listSeeds(location))
  if (files.length === 0 && location.folder === undefined) {
    throw new UserError('--watch: there is no seed file to watch: add --seed FILE or --seed-folder FOLDER')
  }
  const irregular = files.find((file) => kindOf(file) === 'other')
  if (irregular !== undefined) throw new UserError(`--watch: seed ${irregular} is not a regular file`)
}

/** Throws UserError if a file that was loaded no longer exists. */
export function assertNoneIsGone(location: SeedLocation): void {
  const gone = filesOf(listSeeds(location)).filter((file) => kindOf(file) === 'missing')
  if (gone.length === 0) return
  throw new UserError(gone.map((file) => `seed ${file}: the file is gone; the last valid seed stays`).join('\n'))
}

function kindOf(file: string): 'file' | 'other' | 'missing' | 'unreadable' {
  try {
    const stats = statSync(resolve(file), { throwIfNoEntry: false })
    if (stats === undefined) return 'missing'
    return stats.isFile() ? 'file' : 'other'
  } catch {
    return 'unreadable'
  }
}

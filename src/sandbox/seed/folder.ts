import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from '../../common/user-error.ts'

/** The seed files in a folder, in order of name; hidden ones are none. Throws UserError when it cannot be read. */
export function seedFilesIn(folder: string): string[] {
  try {
    const seeds = readdirSync(folder).filter((name) => /^[^.].*\.(yaml|yml|json)$/.test(name))
    return seeds.sort().map((name) => assertIsFile(join(folder, name)))
  } catch (error) {
    throw new UserError(`seed folder ${folder}: cannot be read: ${(error as Error).message}`)
  }
}

/** To read what is no file, such as a pipe, could take for ever. */
function assertIsFile(path: string): string {
  if (!statSync(path).isFile()) throw new Error(`${path} is no file`)
  return path
}

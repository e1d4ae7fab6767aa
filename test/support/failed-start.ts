import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { expect } from 'vitest'
import { runProgram } from './program.ts'

/** Returns every file below a folder with its bytes, or with its kind if it is not a regular file. */
function readTree(folder: string): Map<string, string> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
    ({ name }) => name !== 'lock.sqlite-journal',
  )
  return new Map(
    entries.map((entry) => {
      const path = join(entry.parentPath, entry.name)
      return [relative(folder, path), entry.isFile() ? readFileSync(path, 'latin1') : String(lstatSync(path).mode)]
    }),
  )
}

/** Expects the program to end with one line about the file and exit code 2, and to leave every file unchanged. */
export async function expectStartToFail(data: string, path: string, message: RegExp): Promise<void> {
  const before = readTree(data)
  const { code, stdout, stderr } = await runProgram(['--port', '0', '--data', data])
  expect({ code, stdout, stderr }).toEqual({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/^admin-keys-emulator: --data: [^\n]+\n$/),
  })
  expect(stderr).toContain(path)
  expect(stderr).toMatch(message)
  expect(readTree(data)).toEqual(before)
}

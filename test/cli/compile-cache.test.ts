import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createTemporaryFolder } from '../support/files.ts'
import { runProgram } from '../support/program.ts'

const isRoot = process.getuid?.() === 0

/** A home and a temporary folder of a user; the program sees no other. */
function createUser() {
  const folder = createTemporaryFolder()
  const home = join(folder, 'home')
  const temporary = join(folder, 'tmp')
  for (const each of [home, temporary]) mkdirSync(each, 0o700)
  chmodSync(temporary, 0o1777)
  const run = async (env: Record<string, string> = {}) => {
    const user = { HOME: home, TMPDIR: temporary, XDG_CACHE_HOME: '', NODE_COMPILE_CACHE: '' }
    const result = await runProgram(['--version'], { ...user, ...env })
    expect([result.code, result.stderr]).toEqual([0, ''])
    expect(readdirSync(temporary)).toEqual([])
  }
  return { folder, home, cache: join(home, '.cache', 'admin-keys-emulator'), run }
}

describe.skipIf(process.platform === 'win32')('compiled code', () => {
  test('is kept in a folder of the user that no other user can open', async () => {
    const { cache, run } = createUser()
    await run()
    expect(readdirSync(cache)).not.toEqual([])
    expect(lstatSync(cache).mode & 0o777).toBe(0o700)
    await run()
  })

  test('is kept below XDG_CACHE_HOME if that is an absolute path', async () => {
    const { folder, home, cache, run } = createUser()
    await run({ XDG_CACHE_HOME: join(folder, 'xdg') })
    expect(readdirSync(join(folder, 'xdg', 'admin-keys-emulator'))).not.toEqual([])
    expect(readdirSync(home)).toEqual([])
    await run({ XDG_CACHE_HOME: 'relative' })
    expect(readdirSync(cache)).not.toEqual([])
  })

  test.each([
    ['the folder', (cache: string) => chmodSync(cache, 0o777)],
    ['the folder, by a group', (cache: string) => chmodSync(cache, 0o770)],
    ['the folder above it', (cache: string) => chmodSync(join(cache, '..'), 0o777)],
    ['the home folder', (cache: string) => chmodSync(join(cache, '../..'), 0o777)],
  ])('is not kept where others can write %s', async (_name, open) => {
    const { cache, run } = createUser()
    mkdirSync(cache, { recursive: true, mode: 0o700 })
    open(cache)
    await run()
    expect(readdirSync(cache)).toEqual([])
  })

  test.runIf(isRoot).each([
    ['the folder', '.'],
    ['the folder above it', '..'],
    ['the home folder', '../..'],
  ])('is not kept where another user owns %s', async (_name, path) => {
    const { cache, run } = createUser()
    mkdirSync(cache, { recursive: true, mode: 0o700 })
    chownSync(join(cache, path), 4321, 4321)
    await run()
    expect(readdirSync(cache)).toEqual([])
  })

  test('is not kept where a link is in place of the folder', async () => {
    const { folder, cache, run } = createUser()
    mkdirSync(join(cache, '..'), { recursive: true, mode: 0o700 })
    const target = join(folder, 'target')
    mkdirSync(target, 0o700)
    symlinkSync(target, cache)
    await run()
    expect(readdirSync(target)).toEqual([])
  })

  test('is not kept, and no folder is created, for a home that does not exist', async () => {
    const { folder, run } = createUser()
    await run({ HOME: join(folder, 'missing') })
    expect(existsSync(join(folder, 'missing'))).toBe(false)
  })

  test('is not kept with NODE_DISABLE_COMPILE_CACHE', async () => {
    const { home, run } = createUser()
    await run({ NODE_DISABLE_COMPILE_CACHE: '1' })
    expect(readdirSync(home)).toEqual([])
  })

  test('is kept in the folder of NODE_COMPILE_CACHE, as in the image', async () => {
    const { folder, home, run } = createUser()
    await run({ NODE_COMPILE_CACHE: join(folder, 'own') })
    expect(readdirSync(join(folder, 'own'))).not.toEqual([])
    expect(readdirSync(home)).toEqual([])
  })
})

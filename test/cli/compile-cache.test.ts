import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { createTemporaryFolder } from '../support/files.ts'
import { runScript, startProgram, waitForServerUrl } from '../support/program.ts'

const isRoot = process.getuid?.() === 0

/** A home and a temporary folder of a user; the program sees no other. */
function createUser() {
  const folder = createTemporaryFolder()
  const home = join(folder, 'home')
  const temporary = join(folder, 'tmp')
  for (const each of [home, temporary]) mkdirSync(each, 0o700)
  chmodSync(temporary, 0o1777)
  const user = { HOME: home, TMPDIR: temporary, XDG_CACHE_HOME: '', NODE_COMPILE_CACHE: '' }
  /** Starts the program. */
  const start = async (env: Record<string, string> = {}) => {
    const program = startProgram(['--port', '0', '--log-level', 'warn'], { ...user, ...env })
    const url = await waitForServerUrl(program)
    return { ...program, url }
  }
  /** Returns the folder that the program uses, or undefined. */
  const choose = async (env: Record<string, string> = {}) => {
    const script = "process.stdout.write(String(require('./bin/compile-cache.cjs')()))"
    const { stdout, stderr } = await runScript(script, { ...user, ...env })
    expect(stderr).toBe('')
    expect(readdirSync(temporary)).toEqual([])
    return stdout === 'undefined' ? undefined : stdout
  }
  return { folder, home, cache: join(home, '.cache', 'admin-keys-emulator'), start, choose }
}

describe.skipIf(process.platform === 'win32')('compiled code', () => {
  /** Returns the name of the only file in the folder, once it is there and complete. */
  const waitForFile = async (folder: string): Promise<string> => {
    const names = () => (existsSync(folder) ? readdirSync(folder).filter((name) => !/\.\d+$/.test(name)) : [])
    await expect.poll(names, { timeout: 10_000 }).toHaveLength(1)
    return join(folder, names()[0] as string)
  }

  test('of a server is kept for later starts, where no other user can read it', async () => {
    const { cache, start } = createUser()
    const { child, finished } = await start()
    const file = await waitForFile(cache)
    expect(lstatSync(file).mode & 0o777).toBe(0o600)
    child.kill()
    expect(await finished).toMatchObject({ code: 0, stderr: '' })
    utimesSync(file, 1, 1)
    const { url } = await start()
    await sleep(1300)
    expect((await fetch(`${url}/health`)).status).toBe(200)
    // Not written again.
    expect(lstatSync(file).mtimeMs).toBe(1000)
  })

  test('that V8 rejects is replaced', async () => {
    const { cache, start } = createUser()
    const first = await start()
    const file = await waitForFile(cache)
    first.child.kill()
    await first.finished
    writeFileSync(file, 'damaged')
    const { url } = await start()
    expect((await fetch(`${url}/health`)).status).toBe(200)
    await expect.poll(() => readFileSync(file).length, { timeout: 10_000 }).toBeGreaterThan(100_000)
  })

  test('of the twenty newest builds is kept', async () => {
    const { cache, start, choose } = createUser()
    await choose()
    const other = join(cache, 'other')
    const old = Array.from({ length: 22 }, (_, n) => join(cache, `admin-keys-emulator-v0.0.${n}`))
    for (const [index, file] of [...old, other].entries()) {
      writeFileSync(file, '')
      utimesSync(file, index, index)
    }
    await start()
    await expect.poll(() => old.filter((file) => existsSync(file)), { timeout: 10_000 }).toEqual(old.slice(3))
    expect(existsSync(other)).toBe(true)
  })

  test('is kept in a folder of the user that no other user can open', async () => {
    const { cache, choose } = createUser()
    expect(await choose()).toBe(cache)
    expect(lstatSync(cache).mode & 0o777).toBe(0o700)
    expect(await choose()).toBe(cache)
  })

  test('is kept below XDG_CACHE_HOME if that is an absolute path', async () => {
    const { folder, home, cache, choose } = createUser()
    const own = join(folder, 'xdg', 'admin-keys-emulator')
    expect(await choose({ XDG_CACHE_HOME: join(folder, 'xdg') })).toBe(own)
    expect(lstatSync(own).mode & 0o777).toBe(0o700)
    expect(readdirSync(home)).toEqual([])
    expect(await choose({ XDG_CACHE_HOME: 'relative' })).toBe(cache)
  })

  test.each([
    ['the folder', (cache: string) => chmodSync(cache, 0o777)],
    ['the folder, by a group', (cache: string) => chmodSync(cache, 0o770)],
    ['the folder above it', (cache: string) => chmodSync(join(cache, '..'), 0o777)],
    ['the home folder', (cache: string) => chmodSync(join(cache, '../..'), 0o777)],
  ])('is not kept where others can write %s', async (_name, open) => {
    const { cache, choose } = createUser()
    mkdirSync(cache, { recursive: true, mode: 0o700 })
    open(cache)
    expect(await choose()).toBeUndefined()
  })

  test.runIf(isRoot).each([
    ['the folder', '.'],
    ['the folder above it', '..'],
    ['the home folder', '../..'],
  ])('is not kept where another user owns %s', async (_name, path) => {
    const { cache, choose } = createUser()
    mkdirSync(cache, { recursive: true, mode: 0o700 })
    chownSync(join(cache, path), 4321, 4321)
    expect(await choose()).toBeUndefined()
  })

  test('is not kept where a link is in place of the folder', async () => {
    const { folder, cache, choose } = createUser()
    mkdirSync(join(cache, '..'), { recursive: true, mode: 0o700 })
    const target = join(folder, 'target')
    mkdirSync(target, 0o700)
    symlinkSync(target, cache)
    expect(await choose()).toBeUndefined()
  })

  test('is not kept, and no folder is created, for a home that does not exist', async () => {
    const { folder, start } = createUser()
    const { url } = await start({ HOME: join(folder, 'missing') })
    expect((await fetch(`${url}/health`)).status).toBe(200)
    expect(existsSync(join(folder, 'missing'))).toBe(false)
  })

  test('is not kept with NODE_DISABLE_COMPILE_CACHE', async () => {
    const { home, choose } = createUser()
    expect(await choose({ NODE_DISABLE_COMPILE_CACHE: '1' })).toBeUndefined()
    expect(readdirSync(home)).toEqual([])
  })

  test('is kept in the folder of NODE_COMPILE_CACHE, as in the image', async () => {
    const { folder, home, start } = createUser()
    const own = join(folder, 'own')
    await start({ NODE_COMPILE_CACHE: own })
    const program = () => readdirSync(own).filter((name) => name.startsWith('admin-keys-emulator-'))
    await expect.poll(program, { timeout: 10_000 }).toHaveLength(1)
    expect(readdirSync(home)).toEqual([])
  })
})

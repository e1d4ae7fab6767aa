import { cpSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { adminKey, keysUrl, startApp, walk } from '../support/app.ts'
import { sandboxFile } from '../support/data-directory.ts'
import { expectStartToFail } from '../support/failed-start.ts'
import { createTemporaryFolder } from '../support/files.ts'
import { serve, startProgram, waitForServerUrl } from '../support/program.ts'

const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' }

const headerLength = 32
const frameLength = 24 + 4096
const frameAt = (index: number) => headerLength + index * frameLength

const walOf = (data: string) => sandboxFile(data, 'sandbox.sqlite-wal')

/** Returns the indexes of the frames that complete a transaction. */
function commitsIn(wal: Buffer): number[] {
  const frames = Array.from({ length: Math.floor((wal.length - headerLength) / frameLength) }, (_, index) => index)
  return frames.filter((index) => wal.readUInt32BE(frameAt(index) + 4) > 0)
}

async function createKey(url: string, name: string, sandbox = 'default'): Promise<void> {
  const body = JSON.stringify({ name })
  expect((await fetch(`${url}/sandbox/${sandbox}${keysUrl}`, { method: 'POST', body, headers })).status).toBe(200)
}

/** Returns a data folder whose server was killed after it had stored the keys. */
async function killAfter(use: (url: string) => Promise<void>, data = createTemporaryFolder()): Promise<string> {
  const { url, child, finished } = await serve(['--data', data])
  await use(url)
  child.kill('SIGKILL')
  await finished
  return data
}

/** Returns a copy of a data folder whose WAL has been changed. */
function copyWith(data: string, change: (wal: Buffer) => Buffer | undefined): string {
  const copy = createTemporaryFolder()
  cpSync(data, copy, { recursive: true })
  const wal = readFileSync(walOf(copy))
  writeFileSync(walOf(copy), change(wal) ?? wal)
  return copy
}

const copyWithFlip = (data: string, at: number, bit = 0) =>
  copyWith(data, (wal) => void wal.writeUInt8(wal.readUInt8(at) ^ (1 << bit), at))

/** Returns the names of the keys that a start finds. */
async function namesIn(data: string): Promise<string[]> {
  const { app, call } = await startApp({ dataDirectory: data })
  const names = (await walk({ call })).map(({ name }) => name)
  await app.close()
  return names.filter((name) => name !== 'Admin key')
}

const names = Array.from({ length: 8 }, (_, n) => `key ${n}`)

/** Returns a data folder with one key per transaction in its WAL. */
const createDamageable = () =>
  killAfter(async (url) => {
    for (const name of names) await createKey(url, name)
  })

describe('a WAL whose damage would make SQLite ignore committed changes', () => {
  test.each([
    ['magic number', 0],
    ['byte order of the checksums', 3],
    ['page size', 10],
    ['generation', 12],
    ['salt', 16],
    ['checksum', 24],
  ])('stops the start if the %s of its header is damaged, and is not changed', async (_field, offset) => {
    const data = copyWithFlip(await createDamageable(), offset)
    await expectStartToFail(data, walOf(data), /-wal is damaged in its header, before committed changes: restore it/)
  })

  test.each([
    ['page number', 3],
    ['size of a commit', 7],
    ['salt', 8],
    ['checksum', 20],
    ['page', 24 + 2000],
  ])('stops the start if the %s of a frame is damaged, and is not changed', async (_field, offset) => {
    const original = await createDamageable()
    const lastCommit = commitsIn(readFileSync(walOf(original))).at(-1) as number
    for (const frame of [0, Math.floor(lastCommit / 2)]) {
      const data = copyWithFlip(original, frameAt(frame) + offset, 1)
      await expectStartToFail(
        data,
        walOf(data),
        new RegExp(`-wal is damaged at byte ${frameAt(frame)}, before committed`),
      )
    }
  })

  test('stops the start if a bit flips anywhere before its last transaction', async () => {
    const original = await createDamageable()
    const commits = commitsIn(readFileSync(walOf(original)))
    expect(commits.length).toBeGreaterThanOrEqual(names.length)
    const end = frameAt((commits.at(-2) as number) + 1)
    for (let at = 0; at < end; at += 997) {
      await expect(startApp({ dataDirectory: copyWithFlip(original, at, at % 8) }), `byte ${at}`).rejects.toThrow(
        /sandbox\.sqlite-wal is damaged/,
      )
    }
  })

  test('can be truncated as the message says, which keeps the changes before the damage', async () => {
    const original = await createDamageable()
    const commits = commitsIn(readFileSync(walOf(original)))
    const damaged = commits.at(-3) as number
    for (const [at, size, isKept] of [
      [frameAt(damaged), frameAt(damaged), true],
      [16, 0, false],
    ] as const) {
      const data = copyWithFlip(original, at)
      await expectStartToFail(data, walOf(data), new RegExp(`truncate it to ${size} bytes to lose these changes`))
      truncateSync(walOf(data), size)
      const found = await namesIn(data)
      expect(found.length > 0).toBe(isKept)
      expect(found).toEqual(names.slice(0, found.length))
      expect(found.length).toBeLessThan(names.length)
    }
  })

  test('stops the start of the sandbox that it belongs to and of every other', async () => {
    const data = await killAfter(async (url) => {
      for (const name of names) await createKey(url, name, 'other')
    })
    const wal = sandboxFile(data, 'sandbox.sqlite-wal', 'other')
    const bytes = readFileSync(wal)
    writeFileSync(wal, bytes.fill(0xff, frameAt(1), frameAt(1) + 100))
    await expectStartToFail(data, wal, /-wal is damaged at byte/)
  })
})

describe('a WAL that a killed process can leave', () => {
  test('is accepted however short it is: the completed transactions in it are kept', async () => {
    const original = await createDamageable()
    const { length } = readFileSync(walOf(original))
    const sizes = [0, 1, 31, 32, 33, 55, 56, ...Array.from({ length: 40 }, (_, n) => Math.floor((length * n) / 40))]
    for (const size of [...sizes, length - 1, length]) {
      const found = await namesIn(copyWith(original, (wal) => wal.subarray(0, size)))
      expect(found, `${size} bytes`).toEqual(names.slice(0, found.length))
    }
    expect(await namesIn(copyWith(original, () => undefined))).toEqual(names)
  })

  test('is accepted if its last frames are incomplete', async () => {
    const original = await createDamageable()
    const commits = commitsIn(readFileSync(walOf(original)))
    const last = commits.at(-1) as number
    for (const offset of [0, 4, 20, 24, 2000, 4119]) {
      const data = copyWith(original, (wal) => wal.fill(0, frameAt(last) + offset))
      expect(names, `byte ${offset}`).toEqual(expect.arrayContaining(await namesIn(data)))
    }
  })

  test('is accepted if it begins with zeros and has no committed change', async () => {
    const data = copyWith(await createDamageable(), (wal) => wal.fill(0))
    expect(await namesIn(data)).toEqual([])
  })

  test('is accepted after it was restarted in place, before the frames of an earlier generation', async () => {
    const original = await killAfter(async (url) => {
      const body = JSON.stringify({ keys: [{ generate: 45_000, name: 'generated {n}' }] })
      expect((await fetch(`${url}/_emulator/state`, { method: 'POST', body, headers })).status).toBe(200)
      for (const name of names) await createKey(url, name)
    })
    const wal = readFileSync(walOf(original))
    const salts = [0, Math.floor(wal.length / frameLength) - 2].map((frame) => wal.readBigUInt64BE(frameAt(frame) + 8))
    expect(salts[0]).not.toBe(salts[1])
    const earlier = frameAt(Math.floor(wal.length / frameLength / 2))
    for (const data of [original, copyWithFlip(original, earlier), copyWithFlip(original, earlier + 1000)]) {
      const { app, call } = await startApp({ dataDirectory: data })
      const { body } = await call('GET', '/_emulator/keys?filter=key%20&limit=100', { as: null })
      expect(body.data.map(({ name }: { name: string }) => name).toSorted()).toEqual(names)
      await app.close()
    }
  })

  test('is accepted after each of 20 kills between and within transactions, large ones included', async () => {
    const data = createTemporaryFolder()
    for (let round = 0; round < 20; round++) {
      const program = startProgram(['--port', '0', '--log-level', 'warn', '--data', data])
      const url = await waitForServerUrl(program)
      // The first change is complete, however busy the machine is.
      await addKeys(url, [{ name: `${round}` }])
      const changes = changeUntilKilled(url, round)
      await sleep(15 + round * 11)
      program.child.kill('SIGKILL')
      await Promise.all([program.finished, changes])
    }
    expect((await namesIn(data)).length).toBeGreaterThan(0)
  }, 60_000)
})

const addKeys = (url: string, keys: object[]) =>
  fetch(`${url}/_emulator/state`, { method: 'POST', body: JSON.stringify({ keys }), headers })

/** Sends changes, each one transaction of one key or thousands, until the server is killed. */
async function changeUntilKilled(url: string, round: number): Promise<void> {
  try {
    for (let n = 0; ; n++) {
      const keys = n % 3 === 0 ? [{ generate: 3000, name: `${round}-${n}-{n}` }] : [{ name: `${round}-${n}` }]
      await addKeys(url, keys)
    }
  } catch (error) {
    // What fetch throws when the connection closes.
    if (!(error instanceof TypeError)) throw error
  }
}

import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test, vi } from 'vitest'
import { createTemporaryFile, createTemporaryFolder } from '../support/files.ts'
import { runProgram, serve, startProcess } from '../support/program.ts'

const hugeLength = 1_500_000_000
const tooLong = `must be at most 67108864 bytes (64 MiB), got ${hugeLength}`

/** Makes a file of 1.5 GB, which takes no space on the disk. */
const makeHuge = (path: string) => {
  writeFileSync(path, '')
  truncateSync(path, hugeLength)
}

const makePipe = (path: string) => void execFileSync('mkfifo', [path])
const makeLoop = (path: string) => symlinkSync(basename(path), path)
const makeLongLink = (path: string) => symlinkSync('x'.repeat(300), path)
const makeFolder = (path: string) => void mkdirSync(path)

const watched = '--watch: seed FILE is not a regular file'

test.each<[string, (path: string) => void, string[], string]>([
  ['1.5 GB', makeHuge, [], `seed FILE: ${tooLong}`],
  ['1.5 GB', makeHuge, ['--watch'], `seed FILE: ${tooLong}`],
  ['a symbolic link to itself', makeLoop, ['--watch'], 'seed FILE: cannot be read: ELOOP'],
  ['a symbolic link to too long a name', makeLongLink, ['--watch'], 'seed FILE: cannot be read: ENAMETOOLONG'],
  ['a pipe', makePipe, ['--watch'], watched],
  ['a folder', makeFolder, ['--watch'], watched],
  ['a folder', makeFolder, [], 'seed FILE: cannot be read: EISDIR'],
])('a seed file that is %s stops the start with one line and exit code 2 (%#)', async (_what, make, args, message) => {
  const file = join(createTemporaryFolder(), 'seed.yaml')
  make(file)
  const startedAt = performance.now()
  const { code, stderr } = await runProgram(['--port', '0', '--seed', file, ...args])
  expect([code, stderr.trimEnd().split('\n')]).toEqual([
    2,
    [expect.stringContaining(`admin-keys-emulator: ${message.replace('FILE', file)}`)],
  ])
  expect(performance.now() - startedAt).toBeLessThan(4000)
})

test('a seed of unlimited length stops the start', async () => {
  const { code, stderr } = await runProgram(['--port', '0', '--seed', '/dev/zero'])
  expect([code, stderr]).toEqual([
    2,
    'admin-keys-emulator: seed /dev/zero: must be at most 67108864 bytes (64 MiB), got more\n',
  ])
})

test('without --watch, a seed is read from a pipe', async () => {
  const pipe = join(createTemporaryFolder(), 'seed.yaml')
  makePipe(pipe)
  startProcess('sh', ['-c', `sleep 0.5; echo 'keys: [{ name: piped }]' > '${pipe}'`], {})
  const { output } = await serve(['--seed', pipe])
  expect(JSON.parse(output.stdout)).toMatchObject({ keys: 2 })
})

describe('a watched seed file that becomes unreadable is logged once and changes nothing', () => {
  test.each<[string, (path: string) => void, string]>([
    ['1.5 GB long', makeHuge, tooLong],
    ['a symbolic link to itself', makeLoop, 'cannot be read: ELOOP'],
    ['a symbolic link to too long a name', makeLongLink, 'cannot be read: ENAMETOOLONG'],
    ['a pipe', makePipe, 'is not a regular file'],
    ['a folder', makeFolder, 'is not a regular file'],
    ['a missing file', () => {}, 'the file is gone; the last valid seed stays'],
  ])('%s', async (_what, make, problem) => {
    const file = createTemporaryFile('seed.yaml', 'keys: [{ name: first }]')
    const { url, output } = await serve(['--watch', '--log-level', 'info', '--seed', file])
    const worst = measureWorstResponse(url, 3000)
    rmSync(file)
    make(file)
    await vi.waitFor(() => expect(output.stderr).toContain('seed not reloaded'), { timeout: 10_000, interval: 50 })
    expect(await worst).toBeLessThan(1000)
    const lines = output.stderr.split('\n').filter((line) => line.includes('not reloaded'))
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { level: 40, time: expect.anything(), msg: expect.stringContaining(problem) },
    ])
    expect(lines[0]).toContain('seed not reloaded, nothing changed: ')
    expect(lines[0]).toContain(file)
  })
})

/** Returns the longest time that a response takes, in milliseconds, within a period. */
async function measureWorstResponse(url: string, periodMs: number): Promise<number> {
  let worst = 0
  for (const end = performance.now() + periodMs; performance.now() < end; await sleep(20)) {
    const startedAt = performance.now()
    await (await fetch(`${url}/health`)).text()
    worst = Math.max(worst, performance.now() - startedAt)
  }
  return worst
}

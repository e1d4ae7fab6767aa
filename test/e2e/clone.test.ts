import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { createTemporaryFile } from '../support/files.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const megabyte = 1024 * 1024
const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
})

/** A fresh clone, without installed packages, and an empty npm cache. */
function createClone() {
  const folder = mkdtempSync(join(tmpdir(), 'admin-keys-clone-'))
  folders.push(folder)
  const clone = join(folder, 'clone')
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root })
  for (const file of listed.toString().trim().split('\n')) {
    mkdirSync(dirname(join(clone, file)), { recursive: true })
    cpSync(join(root, file), join(clone, file))
  }
  const cache = join(folder, 'cache')
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|EMULATOR|OPENAI|VITEST|NODE_OPTIONS|CI$)/i.test(name),
  )
  // The machine's Node is the one that runs this test.
  const path = `${dirname(process.execPath)}:${process.env['PATH']?.replaceAll(join(root, 'node_modules/.bin'), '')}`
  const env = { ...Object.fromEntries(inherited), PATH: path, npm_config_cache: cache }
  return {
    clone,
    /** Runs npm there and returns both streams; a message of npm start is on standard output. */
    npm(args: string[], more: Record<string, string> = {}): string {
      const script = `npm ${args.join(' ')} 2>&1`
      return execFileSync('bash', ['-c', script], { cwd: clone, env: { ...env, ...more }, encoding: 'utf8' })
    },
    downloaded: () => sizeInMB(cache),
    installed: () => sizeInMB(join(clone, 'node_modules')),
    installedNode: () => sizeInMB(join(clone, 'scripts/node/node_modules')),
  }
}

function sizeInMB(folder: string): number {
  const [bytes] = execFileSync('du', ['--summarize', '--block-size=1', folder], { encoding: 'utf8' }).split('\t')
  return Number(bytes) / megabyte
}

/** Returns the two sizes that setup announces in a line with this text, in MB. */
function announced(output: string, text: string): [download: number, disk: number] {
  const line = output.split('\n').find((each) => each.startsWith('setup: ') && each.includes(text)) ?? ''
  const [, download, disk] = /: (\d+) MB to download, (\d+) MB on disk$/.exec(line) ?? []
  return [Number(download), Number(disk)]
}

const isAbout = (actual: number, expected: number) => Math.abs(actual - expected) <= 0.15 * expected

test('npm start in a fresh clone downloads less than 150 MB and announces how much', () => {
  const { clone, npm, downloaded, installed } = createClone()
  const output = npm(['start', '--', '--version'])
  expect(output).toMatch(/^\d+\.\d+\.\d+$/m)
  expect(output).not.toContain('Node (')
  const [download, disk] = announced(output, 'what npm start needs')
  expect(isAbout(downloaded(), download), `downloaded ${downloaded()} MB`).toBe(true)
  expect(isAbout(installed(), disk), `installed ${installed()} MB`).toBe(true)
  expect(downloaded() + installed()).toBeLessThan(150)
  expect(existsSync(join(clone, 'scripts/node/node_modules'))).toBe(false)
  // The second time, nothing is installed.
  expect(npm(['start', '--', '--version'])).not.toContain('setup:')

  const all = announced(npm(['run', 'setup']), 'the tests')
  expect(isAbout(downloaded(), all[0]), `downloaded ${downloaded()} MB`).toBe(true)
  expect(isAbout(installed(), all[1]), `installed ${installed()} MB`).toBe(true)
  expect(npm(['run', 'setup'])).not.toContain('setup: ')
})

test('npm start on a machine whose Node is too old installs Node, with its size, and runs on it', () => {
  const { clone, npm, downloaded, installedNode } = createClone()
  // Every Node outside the clone looks old, and fails if it gets further than the setup.
  const preload = createTemporaryFile(
    'old.cjs',
    `if (!process.execPath.startsWith(${JSON.stringify(clone)})) {
      Object.defineProperty(process, 'version', { value: 'v20.20.2' })
      if (!/setup.mjs$|npm/.test(process.argv[1])) throw new Error('runs on the old Node')
    }`,
  )
  const old = { NODE_OPTIONS: `--require ${preload}` }
  const output = npm(['start', '--', '--version'], old)
  expect(output).toMatch(/^\d+\.\d+\.\d+$/m)
  expect(output).toContain('setup: installing Node (v20.20.2 is too old)')
  const [packages] = announced(output, 'what npm start needs')
  const [download, disk] = announced(output, 'Node (')
  expect(isAbout(downloaded(), packages + download), `downloaded ${downloaded()} MB`).toBe(true)
  expect(isAbout(installedNode(), disk), `installed ${installedNode()} MB`).toBe(true)
  expect(npm(['start', '--', '--version'], old)).not.toContain('setup:')

  // An install removes the link to Node, and adds it again.
  rmSync(join(clone, 'node_modules/.package-lock.json'))
  expect(npm(['start', '--', '--version'], old)).toMatch(/^\d+\.\d+\.\d+$/m)
  const { version } = JSON.parse(readFileSync(join(clone, 'package.json'), 'utf8'))
  expect(npm(['start', '--silent', '--', '--version'], old)).toBe(`${version}\n`)
})

import { execFile } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, onTestFinished, test, vi } from 'vitest'
import { readSnippets } from '../support/snippets.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

// Each starts another vitest.
vi.setConfig({ testTimeout: 60_000 })

/** Runs vitest in a folder with these files, within the package, so that its name resolves. Resolves to its output. */
async function runVitest(files: Record<string, string>, ...args: string[]): Promise<string> {
  const folder = join(root, `dist/vitest-${process.pid}-${Math.random().toString(36).slice(2)}`)
  mkdirSync(folder, { recursive: true })
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  // Without the variables of the vitest that runs this test.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/VITEST|^NODE_OPTIONS$/.test(name)))
  const command = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--root', folder, ...args]
  const run = promisify(execFile)(process.execPath, command, { cwd: folder, env: { ...env, NO_COLOR: '1' } })
  const { stdout, stderr } = await run.catch((error: { stdout: string; stderr: string }) => error)
  return stdout + stderr
}

const documentedFiles = ['vitest.config.ts', 'sandbox.ts', 'rotation.test.ts', 'emulator.setup.ts']
const documented = Object.fromEntries(
  readSnippets(new URL('../../docs/testing.md', import.meta.url)).flatMap(({ text }) => {
    const file = /^\/\/ (\S+\.ts)\n/.exec(text)?.[1]
    return file === undefined || !documentedFiles.includes(file) ? [] : [[file, text]]
  }),
) as Record<string, string>

test.each(['admin-keys-emulator/vitest', './emulator.setup.ts'])(
  'the example of docs/testing.md passes with the global setup %s',
  async (setup) => {
    expect(Object.keys(documented)).toEqual(documentedFiles)
    const config = documented['vitest.config.ts']?.replace('admin-keys-emulator/vitest', setup) ?? ''
    expect(config).toContain(setup)
    expect(await runVitest({ ...documented, 'vitest.config.ts': config })).toMatch(/Tests +2 passed/)
  },
)

const config = (setup: string) => `
  import { defineConfig } from 'vitest/config'
  export default defineConfig({ test: { globalSetup: '${setup}', include: ['*.spec.ts'] } })`

const imports = `
  import { expect, inject, test as base } from 'vitest'
  import { connect } from 'admin-keys-emulator'
  import { sandboxFixtures } from 'admin-keys-emulator/vitest'
  const test = base.extend(sandboxFixtures)
  async function list(baseURL: string, adminKey: string | null) {
    const response = await fetch(baseURL + '/organization/admin_api_keys', { headers: { authorization: 'Bearer ' + adminKey } })
    expect(response.status).toBe(200)
    return (await response.json()).data.map(({ name }) => name)
  }`

// Two files, so that more than one worker uses the emulator.
const isolatedTests = `${imports}
  for (const n of [1, 2, 3]) {
    test.concurrent('test ' + n, async ({ baseURL, adminKey, sandbox, expect }) => {
      expect(await list(baseURL, adminKey)).toEqual(['Admin key'])
      await sandbox.state.add({ keys: [{ name: 'of test ' + n }] })
      expect(await list(baseURL, adminKey)).toContain('of test ' + n)
    })
  }`

test.each(['forks', 'threads', 'vmThreads'])(
  'in the vitest pool %s, all files share one emulator, and each test has its own sandbox',
  async (pool) => {
    const files = { 'a.spec.ts': isolatedTests, 'b.spec.ts': isolatedTests }
    const output = await runVitest(
      { ...files, 'vitest.config.ts': config('admin-keys-emulator/vitest') },
      `--pool=${pool}`,
    )
    expect(output).toMatch(/Tests +6 passed \(6\)/)
    expect(output).not.toMatch(/error|warn/i)
  },
)

test('the sandbox of a test is deleted after it, also if the test fails, and a test that uses none gets none', async () => {
  const spec = `${imports}
    const names = async () => (await (await connect(inject('adminKeysEmulator'))).sandboxes.list()).map(({ name }) => name)
    test('fails', async ({ sandbox }) => {
      expect(await names()).toEqual(['default', sandbox.name])
      throw new Error('as intended')
    })
    test('without a sandbox', async () => expect(await names()).toEqual(['default']))`
  const output = await runVitest({ 'a.spec.ts': spec, 'vitest.config.ts': config('admin-keys-emulator/vitest') })
  expect(output).toContain('as intended')
  expect(output).toMatch(/Tests +1 failed \| 1 passed/)
})

test('emulatorSetup() starts the emulator with options', async () => {
  const setup = `
    import { emulatorSetup } from 'admin-keys-emulator/vitest'
    export default emulatorSetup({ adminKey: 'sk-admin-mine', controlToken: 'let-me-in', seed: 'paging' })`
  const spec = `${imports}
    test('has the options', async ({ baseURL, adminKey }) => {
      expect(adminKey).toBe('sk-admin-mine')
      expect(await list(baseURL, adminKey)).toHaveLength(20)
    })`
  const output = await runVitest({
    'setup.ts': setup,
    'a.spec.ts': spec,
    'vitest.config.ts': config('./setup.ts'),
  })
  expect(output).toMatch(/Tests +1 passed/)
})

test('without the global setup, a test that uses a sandbox fails with the line to add', async () => {
  const spec = `${imports}\n test('x', async ({ baseURL }) => void baseURL)`
  const output = await runVitest({ 'a.spec.ts': spec }, '--dir', '.', 'a.spec.ts')
  expect(output).toContain("no emulator is running: add globalSetup: 'admin-keys-emulator/vitest'")
})

test('the emulator of the global setup stops when the tests end', async () => {
  const spec = `${imports}
    test('prints', ({ baseURL }) => console.log('base URL: ' + baseURL))`
  const output = await runVitest({ 'a.spec.ts': spec, 'vitest.config.ts': config('admin-keys-emulator/vitest') })
  const url = /base URL: (\S+)/.exec(output)?.[1] ?? ''
  expect(url).toMatch(/^http:/)
  await expect(fetch(url)).rejects.toThrow('fetch failed')
})

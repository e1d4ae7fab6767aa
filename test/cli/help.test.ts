import type { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import { freePort } from '../../bench/processes.ts'
import { examplesOf } from '../../src/cli/command.ts'
import { createProgram } from '../../src/cli/program.ts'
import { adminKey, keysUrl } from '../support/app.ts'
import { createTemporaryFile } from '../support/files.ts'
import { runProgram, serve } from '../support/program.ts'
import { startShell } from '../support/shell.ts'

const leafCommands = (parent: Command, path: readonly string[] = []): { path: string[]; command: Command }[] =>
  parent.commands.flatMap((command) => {
    const own = [...path, command.name()]
    return command.commands.length === 0 ? [{ path: own, command }] : leafCommands(command, own)
  })

const program = await createProgram({})
const commands = leafCommands(program).map(({ path, command }) => ({
  name: path.join(' '),
  path,
  examples: examplesOf(command),
  takesUrl: command.options.some(({ long }) => long === '--url'),
}))
// docs/cli-and-configuration.md lists them, too.
const examples = commands.flatMap((command) => command.examples)

test('--help and help list all commands, and a group lists its own', async () => {
  const { stdout } = await runProgram(['--help'])
  for (const name of program.commands.map((command) => command.name())) expect(stdout).toContain(`\n  ${name} `)
  const group = await runProgram(['clock', '--help'])
  expect(group).toMatchObject({ code: 0, stdout: expect.stringMatching(/\n {2}advance .*\n/) })
  expect(await runProgram(['help', 'clock'])).toEqual(group)
  const withoutCommand = await runProgram(['clock'])
  expect(withoutCommand).toEqual({ code: 2, stdout: '', stderr: group.stdout })
})

test.each(commands)('the help of $name describes it, with an example', async ({ path, examples }) => {
  const { code, stdout } = await runProgram([...path, '--help'])
  expect(code).toBe(0)
  expect(stdout).toMatch(/^Usage: admin-keys-emulator .*\n\n[A-Z].*\n/)
  expect(examples.length).toBeGreaterThan(0)
  expect(stdout).toContain(examples.map((line) => `  admin-keys-emulator ${line}\n`).join(''))
})

test.each(commands.filter(({ takesUrl, name }) => takesUrl && name !== 'env'))(
  '$name exits with 1 and names the URL if no emulator is running',
  async ({ examples }) => {
    const [example] = examples
    const env = { EMULATOR_URL: 'http://127.0.0.1:1', EMULATOR_TIMEOUT: '100ms' }
    const line = `admin-keys-emulator ${example?.replace('--timeout 60s', '')}`
    const { code, stdout, stderr } = await startShell(line, env).finished
    expect(stderr).toMatch(/^admin-keys-emulator: .*http:\/\/127\.0\.0\.1:1\b.*ECONNREFUSED.*\n$/)
    if (!/wait|healthcheck/.test(line)) {
      expect(stderr).toMatch(/: cannot connect to http:\/\/127\.0\.0\.1:1\S*: is the emulator running\? \(/)
    }
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
  },
)

describe('the examples', () => {
  // What an example needs.
  const preparations: Record<string, string> = {
    'sandboxes create my-test': 'admin-keys-emulator sandboxes delete my-test',
    'sandboxes create again --from my-test --snapshot before':
      'admin-keys-emulator snapshots take before --sandbox my-test',
  }

  /** Sends a create and a list, and forgets all other requests. */
  async function sendRequests(url: string): Promise<void> {
    await fetch(`${url}/_emulator/reset`, { method: 'POST', body: '{"only": ["journal", "behavior"]}' })
    const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' }
    for (const init of [{ method: 'POST', body: '{"name": "ci"}' }, {}]) {
      await (await fetch(url + keysUrl, { headers, ...init })).text()
    }
  }

  test('run, one after the other', async () => {
    const { url } = await serve()
    const seed = createTemporaryFile('seed.yaml', 'keys: [{ id: key_ci, name: ci }]')
    for (const example of examples.filter((line) => !/^start|^journal follow/.test(line))) {
      if (example.startsWith('journal verify')) await sendRequests(url)
      const args = example.replace('http://localhost:4010', url).replace('seed.yaml', seed)
      const { code, stderr } = await startShell(`${preparations[example] ?? ':'}\nadmin-keys-emulator ${args}`, {
        EMULATOR_URL: url,
        EMULATOR_JSON: 'false',
      }).finished
      expect([example, code, stderr]).toEqual([example, 0, expect.any(String)])
    }
    // Each starts a program, or two.
  }, 90_000)

  test('of start serve until SIGTERM', async () => {
    const starts = examples.filter((line) => line.startsWith('start'))
    expect(starts.length).toBeGreaterThan(0)
    for (const example of starts) {
      const port = String(await freePort())
      const { child, output, finished } = startShell(`exec admin-keys-emulator ${example.replace('8080', port)}`)
      await expect.poll(() => output.stdout, { timeout: 10_000 }).toContain(`:${port}/v1`)
      child.kill('SIGTERM')
      expect((await finished).code).toBe(0)
    }
  })

  test('of journal follow print requests until SIGINT', async () => {
    const { url } = await serve()
    const follows = examples.filter((line) => line.startsWith('journal follow'))
    expect(follows.length).toBeGreaterThan(0)
    for (const example of follows) {
      const env = { EMULATOR_URL: url, EMULATOR_JSON: 'false', EMULATOR_SANDBOX: 'a' }
      await runProgram(['sandboxes', 'delete', '--all'], env)
      const { child, output, finished } = startShell(`exec admin-keys-emulator ${example}`, env)
      await expect.poll(() => output.stderr, { timeout: 10_000 }).toContain('did not exist')
      child.kill('SIGINT')
      expect((await finished).code).toBe(0)
    }
  })
})

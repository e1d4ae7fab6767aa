import { expect, test } from 'vitest'
import { runProgram, serve } from '../support/program.ts'

test('the behavior commands print and change the switches of a sandbox', async () => {
  const { url } = await serve()
  const run = (...args: string[]) =>
    runProgram(['behavior', ...args], { EMULATOR_URL: url, EMULATOR_JSON: 'false', EMULATOR_SANDBOX: 'a' })
  const initial = await run('get')
  expect(initial).toMatchObject({ code: 0, stdout: expect.stringMatching(/^SWITCH +VALUE\nauth +strict\n/) })
  expect((await run('change', '--auth', 'any', '--deleted-cursor', 'reject')).stdout).toMatch(
    /\nauth +any\n.*\ndeleted_cursor +reject\n/s,
  )
  expect(JSON.parse((await run('get', '--json')).stdout)).toMatchObject({ auth: 'any', deleted_cursor: 'reject' })
  const switches = await run('switches')
  expect(switches.stdout).toMatch(/\nauth +strict +valid keys +Which bearer tokens authenticate\n +any \* +all that /)
  const other = await runProgram(['behavior', 'get', '--url', url], { EMULATOR_JSON: 'false' })
  expect(other.stdout).toBe(initial.stdout)
})

test('behavior change exits with 2 and names the switch, its values and what it got', async () => {
  const { url } = await serve()
  const result = await runProgram(['behavior', 'change', '--auth', 'maybe', '--url', url])
  expect(result).toMatchObject({ code: 2, stdout: '' })
  expect(result.stderr).toMatch(/: --auth must be .*strict.*, got "maybe"\n$/)
  const misspelled = await runProgram(['behavior', 'change', '--aut', 'any', '--url', url])
  expect(misspelled.stderr).toContain('(Did you mean --auth?)')
})

import { expect, test } from 'vitest'
import { runProgram, serve } from '../support/program.ts'

test('the clock commands print, set, advance, freeze, unfreeze and reset the clock of a sandbox', async () => {
  const { url } = await serve()
  const run = (...args: string[]) =>
    runProgram(['clock', ...args, '--sandbox', 'a'], { EMULATOR_URL: url, EMULATOR_JSON: 'false' })
  const created = "admin-keys-emulator: sandbox 'a' did not exist: created from the seed\n"
  expect(await run('freeze', '2026-01-01T00:00:00Z')).toEqual({
    code: 0,
    stdout: '2026-01-01T00:00:00.000Z frozen\n',
    stderr: created,
  })
  const frozen = (stdout: string) => ({ code: 0, stdout: `${stdout} frozen\n`, stderr: '' })
  expect(await run('get')).toEqual(frozen('2026-01-01T00:00:00.000Z'))
  expect(await run('advance', '30d')).toEqual(frozen('2026-01-31T00:00:00.000Z'))
  expect(await run('advance', '-1.5h')).toEqual(frozen('2026-01-30T22:30:00.000Z'))
  const dashes = ['clock', 'advance', '--sandbox', 'a', '--url', url, '--', '-30m']
  expect(await runProgram(dashes, { EMULATOR_JSON: 'false' })).toEqual(frozen('2026-01-30T22:00:00.000Z'))
  expect(await run('set', '1767225600')).toEqual(frozen('2026-01-01T00:00:00.000Z'))
  expect((await run('unfreeze')).stdout).toMatch(/^2026-01-01T00:00:0\d\.\d{3}Z running\n$/)
  expect((await run('freeze')).stdout).toMatch(/^2026-01-01T00:00:\d\d\.\d{3}Z frozen\n$/)
  expect((await run('set', '2027-01-01')).stdout).toBe('2027-01-01T00:00:00.000Z frozen\n')
  const { stdout } = await run('get', '--json')
  expect(JSON.parse(stdout)).toEqual({ now: '2027-01-01T00:00:00.000Z', unix: 1798761600, frozen: true })
  const reset = await run('reset')
  expect(reset.stdout).toMatch(/Z running\n$/)
  expect(Math.abs(Date.parse(reset.stdout.split(' ')[0] ?? '') - Date.now())).toBeLessThan(60_000)
  const other = await runProgram(['clock', 'get', '--json', '--url', url])
  expect(JSON.parse(other.stdout).frozen).toBe(false)
})

test.each([
  [['advance', '30'], /: duration must be .*"30d".*, got "30"\n$/],
  [['advance', 'soon'], /: duration must be .*, got "soon"\n$/],
  [['advance', '-1'], /: duration must be .*, got "-1"\n$/],
  [['advance', '9999999d'], /: duration must be a duration that keeps the clock between 1970 and 9997, got/],
  [['advance'], /: missing required argument 'duration'\n$/],
  [['advance', '1d', '2d'], /: too many arguments for 'advance'/],
  [['advance', '1d', '-2d'], /: too many arguments for 'advance'/],
  [['set', 'tomorrow'], /: time must be Unix seconds .* got "tomorrow"\n$/],
  [['set', '2026-02-30'], /: time must be a valid time.* got "2026-02-30"\n$/],
  [['freeze', 'x'], /: time must be Unix seconds .* got "x"\n$/],
  [['get', '--sandbox', '../x'], /--sandbox <name>.*'\.\.\/x' is invalid/],
])('clock %j exits with 2 and names the argument, the rule and the value', async (args, message) => {
  const { url } = await serve()
  const { code, stdout, stderr } = await runProgram(['clock', ...args, '--url', url])
  expect(stderr).toMatch(message)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr.trim().split('\n')).toHaveLength(1)
})

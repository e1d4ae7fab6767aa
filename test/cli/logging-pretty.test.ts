import { mkdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { adminKey, keysUrl } from '../support/app.ts'
import { sandboxFile } from '../support/data-directory.ts'
import { createTemporaryFolder } from '../support/files.ts'
import { serve } from '../support/program.ts'
import { sendRaw } from '../support/raw-http.ts'
import { hasTerminal, serveOnTerminal, type Terminal } from '../support/terminal.ts'

const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' }
const secret = `sk-admin-${'s3cret'.repeat(10)}`
const noName = { method: 'POST', headers, body: '{}' }

/** Resolves to the log lines, without their time, once there are `count` of them. */
async function logLines(terminal: Pick<Terminal, 'lines'>, count: number): Promise<string[]> {
  const timed = () => terminal.lines().filter((line) => /^\d\d:\d\d:\d\d /.test(line))
  await expect.poll(timed, { timeout: 5000 }).toHaveLength(count)
  return timed().map((line) => line.slice('00:00:00 '.length).replace(/ \d+ms/, ' Nms'))
}

/** Sends requests that are logged in long lines, and returns the number of responses. */
async function sendMany(url: string, count: number): Promise<number> {
  const request = `GET /v1/${'x'.repeat(150)} HTTP/1.1\r\nHost: x\r\n`
  const last = `${request}Connection: close\r\n\r\n`
  const responses = await sendRaw(url, `${request}\r\n`.repeat(count - 1) + last, { quietMs: 5000 })
  return responses.match(/HTTP\/1\.1 404/g)?.length ?? 0
}

describe.runIf(hasTerminal)('on a terminal', () => {
  test('each request is one line with its time, path, status, duration, sandbox and reason', async () => {
    const terminal = await serveOnTerminal()
    await fetch(terminal.url + keysUrl, noName)
    await fetch(`${terminal.url}${keysUrl}?limit=2`, { headers })
    await fetch(`${terminal.url}/sandbox/default/v1/nothing`)
    await fetch(`${terminal.url}/health`)
    await fetch(`${terminal.url}/ready`)
    await fetch(`${terminal.url}/_emulator/clock`)
    await fetch(`${terminal.url}/_emulator/nothing`)
    await fetch(`${terminal.url}/docs`)
    await sendRaw(terminal.url, 'NOT HTTP\r\n\r\n')
    expect(await logLines(terminal, 4)).toEqual([
      'POST /v1/organization/admin_api_keys 400 Nms [default] missing_required_parameter param=name',
      'GET /v1/organization/admin_api_keys?limit=2 200 Nms [default]',
      expect.stringMatching(/^GET \/v1\/nothing 404 Nms \[default\] unknown_url the API is at \/v1.*…$/),
      '400 malformed_http detail=HPE_INVALID_METHOD',
    ])
    const [first = ''] = terminal.lines().filter((line) => line.includes('POST'))
    const [hours, minutes, seconds] = first.slice(0, 8).split(':').map(Number)
    const loggedAt = new Date().setUTCHours(hours ?? 0, minutes, seconds)
    // Not on the other side of midnight.
    expect(Math.abs(Date.now() - loggedAt) % 86_400_000).toBeLessThan(60_000)
  })

  test.each([
    [undefined, 120],
    [200, 120],
    [80, 80],
    [30, 30],
  ])('a request on a terminal of %s columns is a line of at most %i columns', async (columns, width) => {
    const terminal = await serveOnTerminal([], columns === undefined ? {} : { columns })
    const sandbox = `${'s'.repeat(60)}`
    await fetch(`${terminal.url}/sandbox/${sandbox}${keysUrl}?${'q'.repeat(500)}`, { headers })
    await fetch(`${terminal.url}${keysUrl}/${'x'.repeat(500)}`, { headers })
    await fetch(`${terminal.url}${keysUrl}?limit=2`, { headers: { authorization: 'Bearer sk-unknown' } })
    const lines = () => terminal.lines().filter((line) => /^\d\d:\d\d:\d\d GET/.test(line))
    await expect.poll(lines).toHaveLength(3)
    for (const line of lines()) expect(line.length).toBeLessThanOrEqual(width)
    const [longQuery, longPath, unknownKey] = lines()
    expect(longPath).toHaveLength(width)
    if (width < 80) return
    if (width === 120) expect(longQuery).toMatch(new RegExp(`^.{8} GET …q+ \\d+ \\d+ms \\[${sandbox}\\]`))
    expect(longPath).toMatch(/GET …x+ 404 \d+ms \[default\] key_unknown/)
    expect(unknownKey).toMatch(/GET (\/v1\/org.*|…[a-z_/]+)\?limit=2 401 \d+ms \[default\] token_unknown/)
  })

  test('wide characters count as two columns, and control characters are visible and have no effect', async () => {
    const terminal = await serveOnTerminal()
    const unprintable = encodeURIComponent('\u009b\u202e')
    await fetch(`${terminal.url}${keysUrl}?order=${encodeURIComponent('鍵'.repeat(100))}`, { headers })
    await fetch(`${terminal.url}${keysUrl}?order=${unprintable}`, { headers })
    const requests = () => terminal.lines().filter((line) => / GET /.test(line))
    await expect.poll(requests).toHaveLength(2)
    const lines = requests()
    expect(lines[0]).toMatch(/value=鍵+…$/)
    expect(lines[1]).toMatch(/value=\\u009b\\/)
    for (const line of lines) {
      const wide = line.match(/\p{Script=Han}/gu)?.length ?? 0
      expect(line.length + wide).toBeLessThanOrEqual(120)
    }
    expect((lines[0]?.length ?? 0) + (lines[0]?.match(/鍵/g)?.length ?? 0)).toBeGreaterThanOrEqual(119)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the sequences of the terminal itself
    expect(terminal.raw().replace(/\x1b\[\d+m/g, '')).not.toMatch(/[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\u202e]/)
  })

  test('the log contains no secrets', async () => {
    const terminal = await serveOnTerminal(['--log-level', 'debug'])
    const other = { authorization: 'Bearer hunter2hunter2' }
    await fetch(`${terminal.url}${keysUrl}/${secret}?q=${secret}`, { headers })
    await fetch(`${terminal.url}/v1/%73${secret.slice(1).replace('-', '%2D')}`, { headers })
    await fetch(`${terminal.url}/v1/hunter2hunter2?hunter2hunter2`, { headers: other })
    await fetch(`${terminal.url}/sandbox/${secret.slice(0, 60)}/_emulator/clock`)
    await fetch(`${terminal.url}/sandbox/${secret.slice(0, 60)}${keysUrl}`, { headers: other })
    await expect.poll(() => terminal.lines().join('\n').match(/ GET /g)).toHaveLength(5)
    const text = terminal.lines().join('\n')
    expect(text).not.toContain(secret.slice(12, 40))
    expect(text).not.toContain('hunter2')
    expect(text).toContain('sk-admin...ret')
  })

  test('a warning is a line with its level', async () => {
    const terminal = await serveOnTerminal(['--admin-key', 'my-own-key-0123456789'])
    const [warning] = await logLines(terminal, 1)
    expect(warning).toBe(
      "WARN the admin key does not begin with 'sk-admin-': some clients refuse it, such as a Terraform provider",
    )
  })

  test('colors follow NO_COLOR and FORCE_COLOR', async () => {
    const request = ({ url }: { url: string }) => fetch(url + keysUrl, noName)
    const colored = await serveOnTerminal()
    await request(colored)
    await expect.poll(colored.raw).toContain('\x1b[33m400\x1b[39m')
    const plain = await serveOnTerminal([], { env: { NO_COLOR: '1' } })
    await request(plain)
    await expect.poll(plain.raw).toContain(' 400 ')
    expect(plain.raw()).not.toContain('\x1b')
    const piped = await serve(['--log-level', 'info', '--log-format', 'pretty', '--json'], { FORCE_COLOR: '1' })
    await request(piped)
    await expect.poll(() => piped.output.stderr).toContain('\x1b[33m400\x1b[39m')
  })

  test('a terminal that stops reading blocks neither requests nor the shutdown', async () => {
    const terminal = await serveOnTerminal()
    terminal.pause()
    expect(await sendMany(terminal.url, 3000)).toBe(3000)
    expect((await fetch(`${terminal.url}/health`)).status).toBe(200)
    terminal.kill('SIGTERM')
    await expect.poll(terminal.isRunning, { timeout: 4000 }).toBe(false)
    terminal.resume()
    expect(await terminal.finished).toBe(0)
  })
})

test.each([
  [['--log-format', 'pretty'], {}],
  [[], { EMULATOR_LOG_FORMAT: 'pretty' }],
])('--log-format pretty is available without a terminal, without colors: %j %j', async (args, env) => {
  const { url, output } = await serve(['--log-level', 'info', '--json', ...args], { TZ: 'Asia/Tokyo', ...env })
  await fetch(url + keysUrl, noName)
  await expect.poll(() => output.stderr).toContain(' 400 ')
  const line = /^(\d\d):\d\d:\d\d POST (\S+) 400 \d+ms \[default\] missing_required_parameter param=name$/m.exec(
    output.stderr,
  )
  expect(line?.[2]).toBe(keysUrl)
  expect([0, 1]).toContain((Number(line?.[1]) - ((new Date().getUTCHours() + 9) % 24) + 25) % 24)
})

test('an error is a line with its level and sandbox, and its stack is on the lines below', async () => {
  const data = createTemporaryFolder()
  const { url, output } = await serve(['--log-format', 'pretty', '--json', '--data', data, '--sandbox-ttl', '200ms'])
  await (await fetch(`${url}/sandbox/stuck${keysUrl}`, { headers })).text()
  mkdirSync(`${sandboxFile(data, 'sandbox.sqlite', 'stuck')}-journal`)
  await expect.poll(() => output.stderr, { timeout: 5000 }).toContain('idle sandbox')
  const [line, error, ...stack] = output.stderr.split('\n')
  expect(line).toMatch(/^\d\d:\d\d:\d\d ERROR \[stuck\] cannot remove the files of an idle sandbox$/)
  expect(error).toMatch(/^ {2}\w*Error: .*sandbox\.sqlite-journal/)
  expect(stack.length).toBeGreaterThan(2)
  for (const each of stack.slice(0, 3)) expect(each).toMatch(/^ {6}at /)
})

test('a pretty log that is not read blocks neither requests nor the shutdown, and a closed one ends nothing', async () => {
  const { url, child, finished } = await serve(['--log-level', 'info', '--log-format', 'pretty', '--json'])
  child.stderr?.pause()
  expect(await sendMany(url, 1500)).toBe(1500)
  child.stderr?.destroy()
  child.stdout?.destroy()
  for (let n = 0; n < 3; n++) expect((await fetch(url + keysUrl, { headers })).status).toBe(200)
  await sleep(50)
  child.kill('SIGTERM')
  expect((await finished).code).toBe(0)
})

import { expect, test } from 'vitest'
import { adminKey, keysUrl } from '../support/app.ts'
import { serve } from '../support/program.ts'

const secret = `sk-admin-${'s3cret'.repeat(10)}`

/** Returns the log lines of a server at a level, for successful and failing requests that contain secrets. */
async function logLinesAt(level: string): Promise<Record<string, unknown>[]> {
  const { url, output, child, finished } = await serve(['--log-level', level])
  const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' }
  await fetch(`${url}/sandbox/a${keysUrl}`, { method: 'POST', headers, body: '{"name":"x"}' })
  await fetch(`${url}${keysUrl}/${secret}?q=${secret}`, { headers })
  await fetch(`${url}/v1/nothing/${secret}`, { headers: { authorization: `Bearer ${secret}` } })
  await fetch(`${url}${keysUrl}`, { headers: { authorization: `Bearer ${secret}` } })
  // A percent-encoded secret, and a token that does not look like a key.
  await fetch(`${url}${keysUrl}/${secret.replace('-', '%2D')}?q=%73${secret.slice(1)}`, { headers })
  await fetch(`${url}/v1/hunter2hunter2`, { headers: { authorization: 'Bearer hunter2hunter2' } })
  await fetch(`${url}/health`)
  child.kill('SIGTERM')
  await finished
  return parseLines(output.stderr)
}

const parseLines = (log: string): Record<string, unknown>[] =>
  log
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))

test('at info, each request is one log line without secrets', async () => {
  const lines = (await logLinesAt('info')).filter(({ msg }) => msg === 'request')
  expect(lines).toHaveLength(6)
  expect(lines[0]).toMatchObject({
    sandbox: 'a',
    operation: 'admin-api-keys-create',
    method: 'POST',
    path: keysUrl,
    status: 200,
    request_id: expect.stringMatching(/^req_[0-9a-f]{32}$/),
    duration_ms: expect.any(Number),
  })
  expect(lines[1]).toMatchObject({
    query: '?q=sk-admin...ret',
    status: 404,
    reason: expect.stringContaining('key_unknown'),
  })
  expect(lines[3]).toMatchObject({ status: 401, reason: 'token_unknown; sandbox=default' })
  const text = JSON.stringify(lines)
  expect(text).not.toContain(secret.slice(12, 40))
  expect(text).not.toContain(adminKey)
  expect(text).not.toContain('hunter2')
})

test.each([
  ['hunter2 has blanks', 'hunter2+has+blanks'],
  ['hunter2 has blanks', 'hunter2+has%20blanks'],
  ['hunter2+has+pluses', 'hunter2 has%2Bpluses'],
  ['hunter2 "a" blank', 'hunter2+%22a%22+blank'],
])('the token %j, sent as %s in a URL, is not in the log, the journal or the reason', async (token, sent) => {
  const { url, output, child, finished } = await serve(['--log-level', 'info'])
  const headers = { authorization: `Bearer ${token}`, referer: `http://localhost/?q=${sent}` }
  const response = await fetch(`${url}/v1/nothing?q=${sent}&r=${sent}`, { headers })
  expect(response.status).toBe(404)
  const journal = await (await fetch(`${url}/_emulator/journal`)).text()
  child.kill('SIGTERM')
  await finished
  const shown = `${output.stderr}${journal}${response.headers.get('x-emulator-reason')}`
  expect(shown).toContain('/v1/nothing')
  expect(shown).not.toContain('hunter2')
})

test.each(['warn', 'error', 'silent'])('at %s, successful and rejected requests are not logged', async (level) => {
  expect(await logLinesAt(level)).toEqual([])
})

test('a patch that does not apply is logged at warn, once per request, without secrets', async () => {
  const { url, output, child, finished } = await serve(['--log-level', 'warn'])
  const path = `/${secret}`
  const patch = [
    { op: 'add', path, value: 1 },
    { op: 'test', path, value: 2 },
  ]
  const fault = { operation: 'admin-api-keys-list', kind: 'json_patch', patch, times: 2 }
  await fetch(`${url}/sandbox/a/_emulator/faults`, { method: 'POST', body: JSON.stringify(fault) })
  const headers = { authorization: `Bearer ${adminKey}` }
  for (let n = 0; n < 3; n++) await fetch(`${url}/sandbox/a${keysUrl}`, { headers })
  child.kill('SIGTERM')
  await finished
  const lines = parseLines(output.stderr)
  expect(lines).toHaveLength(2)
  expect(lines[0]).toMatchObject({
    level: 40,
    request_id: expect.stringMatching(/^req_/),
    sandbox: 'a',
    operation: 'admin-api-keys-list',
    fault: 'fault_1',
    reason: expect.stringMatching(/^patch_failed; fault=fault_1; operation 1: test '/),
  })
  expect(output.stderr).not.toContain(secret.slice(12, 40))
})

test('a sandbox that is named like a key is logged without its name, and lines stay JSON', async () => {
  const { url, output, child, finished } = await serve(['--log-level', 'debug', '--sandbox-ttl', '20ms'])
  const headers = { authorization: `Bearer ${adminKey}` }
  await fetch(`${url}/sandbox/${secret.slice(0, 60)}${keysUrl}?q="%5C`, { headers })
  await fetch(`${url}/sandbox/${secret.slice(0, 60)}/_emulator/clock`)
  await expect.poll(() => output.stderr, { timeout: 5000 }).toContain('idle sandbox removed')
  child.kill('SIGTERM')
  await finished
  const lines = parseLines(output.stderr)
  expect(lines.filter(({ sandbox }) => sandbox === 'sk-admin...s3c')).not.toEqual([])
  expect(output.stderr).not.toContain(secret.slice(12, 40))
})

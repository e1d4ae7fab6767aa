import { expect, test } from 'vitest'
import { adminKey, keysUrl } from '../support/app.ts'
import { createTemporaryFile } from '../support/files.ts'
import { runProgram, serve } from '../support/program.ts'

const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json', 'x-test': 'a' }

/** Starts a server whose sandbox `a` got two creates, one of them rejected, and then a list. */
async function serveWithRequests() {
  const { url } = await serve()
  const send = async (body?: string) => {
    const init = body === undefined ? { headers } : { method: 'POST', headers, body }
    const response = await fetch(`${url}/sandbox/a${keysUrl}`, init)
    await response.text()
  }
  await send('{"name": "ci"}')
  await send('{"name": 5}')
  await send()
  return (...args: string[]) =>
    runProgram(['journal', 'verify', ...args], { EMULATOR_URL: url, EMULATOR_JSON: 'false', EMULATOR_SANDBOX: 'a' })
}

test('journal verify exits with 0 if as many requests match as expected', async () => {
  const run = await serveWithRequests()
  const verified = (count: string) => ({ code: 0, stdout: `verified: ${count}\n`, stderr: '' })
  expect(await run('--operation', 'create', '--times', '2')).toEqual(verified('2 requests match'))
  expect(await run('--operation', 'create', '--status', '4xx')).toEqual(verified('1 request matches'))
  expect(await run('--method', 'post', '--path', keysUrl, '--times', '{"at_most": 2}')).toEqual(
    verified('2 requests match'),
  )
  expect(await run('--header', 'x-test: a', '--times', '3')).toEqual(verified('3 requests match'))
  expect(await run('{"json": {"name": "ci"}, "times": 1}')).toEqual(verified('1 request matches'))
  expect(await run('--key_id', 'null', '--key-id', 'null')).toMatchObject({ code: 0 })
  const order = '[{"operation": "create", "status": 200}, {"operation": "list"}]'
  expect(await run('--in-order', order)).toEqual(verified('2 requests match'))
  expect(await run(`{"in_order": ${order}}`)).toEqual(verified('2 requests match'))
  const file = createTemporaryFile('expected.json', '{"operation": "list", "times": 1}')
  expect(await run(`@${file}`)).toEqual(verified('1 request matches'))
})

test('journal verify exits with 1 and prints the closest requests with what differs', async () => {
  const run = await serveWithRequests()
  const { code, stdout, stderr } = await run('{"operation": "create", "status": 200, "json": {"name": "cd"}}')
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
  expect(
    stdout.replaceAll(/req_[0-9a-f]{32}/g, 'req_…'),
  ).toBe(`not verified: expected at least 1 matching request, found 0
Expected:
  operation: "create"
  status: 200
  json: {"name":"cd"}
Closest requests:
  POST /v1/organization/admin_api_keys 200 (req_…)
    json.name: expected "cd", got "ci"
  POST /v1/organization/admin_api_keys 400 (req_…)
    status: expected 200, got 400
    json.name: expected "cd", got 5
  GET /v1/organization/admin_api_keys 200 (req_…)
    operation: expected "admin-api-keys-create", got "admin-api-keys-list"
    json: expected {"name":"cd"}, got null
`)
  const tooMany = await run('--operation', 'create', '--times', '1')
  expect(tooMany).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/^not verified: expected exactly 1 matching request, found 2\n/),
  })
  const order = await run('--in-order', '[{"operation": "list"}, {"operation": "create"}]')
  expect(order).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/^not verified: expected 2 requests in this order, found 1 of them\n/),
  })
})

test('EMULATOR_JSON=false prints text also if --json has a value', async () => {
  const run = await serveWithRequests()
  expect((await run('--json', '{"name": "ci"}')).stdout).toBe('verified: 1 request matches\n')
})

test('journal verify prints JSON into a pipe, and on standard error why it failed', async () => {
  const { url } = await serve()
  const { code, stdout, stderr } = await runProgram(['journal', 'verify', '--json', '{"name": "cd"}', '--url', url])
  expect(code).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject({ verified: false, count: 0 })
  expect(stderr).toMatch(/^admin-keys-emulator: not verified: expected at least 1 matching request, found 0\n/)
})

test('journal verify says that the journal is empty', async () => {
  const { url } = await serve()
  const args = ['journal', 'verify', '--operation', 'list', '--url', url]
  const { code, stdout } = await runProgram(args, { EMULATOR_JSON: 'false' })
  expect(code).toBe(1)
  expect(stdout).toMatch(/^not verified: expected at least 1 matching request, found 0\n.*\nThe journal is empty\.\n$/s)
})

test('journal verify prints the result as JSON with --json without a value', async () => {
  const run = await serveWithRequests()
  const result = await run('--operation', 'create', '--json', '--times', '1')
  expect(result).toMatchObject({ code: 1, stderr: '' })
  expect(JSON.parse(result.stdout)).toMatchObject({ verified: false, count: 2, expected: 1 })
  const both = await run('--json', '{"name": "ci"}', '--json')
  expect(JSON.parse(both.stdout)).toMatchObject({ verified: true, count: 1, closest: [] })
  expect((await run('{"operation": "list"}', '--json')).stdout).toMatch(/^\{"verified":true,"count":1,/)
})

test.each([
  [['--operation', 'nope'], /: --operation must be .*, got "nope"\n$/],
  [['--status', '999'], /: --status must be a number from 100 to 599.*, got 999\n$/],
  [['--times', 'often'], /'often' is invalid\. It must be an integer from 0, or an object: \{at_least, at_most\}/],
  [['--times', '{"at_least": 2, "at_most": 1}'], /: --times \/at_most must be at least 'at_least' \(2\), got 1/],
  [['--header', 'x'], /'x' is invalid\. It must be a header/],
  [['--in-order', '[]'], /: --in-order must be a list of 1 to 1,000 expected requests/],
  [['--in-order', '[{"op": "create"}]'], /: --in-order \/0\/op is not a known field/],
  [['--in-order', '[{"operation": "create"}]', '--times', '1'], /: --times must be absent when 'in_order' is given/],
  [['--operation', 'list', '{}'], /: --operation: cannot be combined with JSON\n$/],
  [['--json', '{}', '{}'], /: --json: cannot be combined with JSON\n$/],
  [['{"operation": "nope"}'], /: \/operation must be .*, got "nope"\n$/],
  [['nope'], /: nope: is not JSON: /],
])('journal verify %j exits with 2 and names the field, the rule and the value', async (args, message) => {
  const { url } = await serve()
  const { code, stdout, stderr } = await runProgram(['journal', 'verify', ...args, '--url', url])
  expect(stderr).toMatch(message)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
})

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { adminKey, keysUrl } from '../support/app.ts'
import { type Program, runProgram, serve, startProgram } from '../support/program.ts'
import { startShell } from '../support/shell.ts'

const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`
const lines = ({ output }: Program) => output.stdout.split('\n').slice(0, -1)

const authorized = { headers: { authorization: `Bearer ${adminKey}` } }

const send = async (url: string, path: string, init: RequestInit = authorized) => {
  const response = await fetch(url + path, init)
  await response.text()
}

/** Starts `journal follow` and waits until its stream is open, which creates its sandbox. */
async function follow(url: string, args: string[] = []): Promise<Program> {
  const program = startProgram(['journal', 'follow', '--url', url, '--sandbox', 'a', ...args], {
    EMULATOR_JSON: 'false',
  })
  await expect.poll(() => program.output.stderr, { timeout: 10_000 }).toContain("sandbox 'a' did not exist")
  return program
}

test('journal list prints the requests that match the filters, and clear removes them', async () => {
  const { url } = await serve()
  const run = (...args: string[]) =>
    runProgram(['journal', ...args], { EMULATOR_URL: url, EMULATOR_JSON: 'false', EMULATOR_SANDBOX: 'a' })
  await send(`${url}/sandbox/a`, `${keysUrl}?limit=1`)
  await send(`${url}/sandbox/a`, `${keysUrl}/key_gone`)
  const fault = { operation: 'list', kind: 'error', status: 503 }
  await fetch(`${url}/sandbox/a/_emulator/faults`, { method: 'POST', body: JSON.stringify(fault) })
  await send(`${url}/sandbox/a`, keysUrl)
  const table = (await run('list')).stdout.split('\n')
  expect(table[0]).toMatch(/^TIME {22}METHOD {2}PATH {38}STATUS {2}DURATION {2}FAULT {4}REASON$/)
  expect(table[1]).toMatch(new RegExp(`^${time}  GET {5}/v1/organization/admin_api_keys\\?limit=1 +200 +\\d+ms +- +-$`))
  expect(table[2]).toMatch(/ GET +\/v1\/organization\/admin_api_keys\/key_gone +404 +\d+ms +- +key_unknown; /)
  expect(table[3]).toMatch(/ GET +\/v1\/organization\/admin_api_keys +503 +\d+ms +fault_1 +fault/)
  expect(table).toHaveLength(5)
  const filtered = await run('list', '--status', '5xx', '--fault-id', 'fault_1', '--method=get', '--json')
  expect(JSON.parse(filtered.stdout)).toMatchObject({ data: [{ status: 503, fault_id: 'fault_1' }], count: 1 })
  expect((await run('list', '--limit', '1')).stdout.split('\n')[1]).toContain(' 503 ')
  const [, first] = JSON.parse((await run('list', '--json')).stdout).data
  expect((await run('list', '--since', first.id)).stdout.match(/ 503 /g)).toHaveLength(1)
  const none = "admin-keys-emulator: sandbox 'a' has no matching requests in its journal\n"
  expect(await run('list', '--key_id', 'key_none')).toEqual({ code: 0, stdout: '', stderr: none })
  expect(await run('clear')).toEqual({
    code: 0,
    stdout: '',
    stderr: "admin-keys-emulator: removed from the journal of sandbox 'a': 3 requests\n",
  })
  expect(JSON.parse((await run('clear', '--json')).stdout)).toEqual({ deleted: 0 })
})

test.each([
  [['list', '--status', 'abc'], 2, /: 'status' must be a number from 100 to 599, or a class.*, got "abc"\n$/],
  [['list', '--limit', '-1'], 2, /: 'limit' must be an integer from 0.*, got "-1"\n$/],
  [['list', '--operation', 'nope'], 2, /: 'operation' must be one of admin-api-keys-.*, got "nope"\n$/],
  [['follow', '--delivered', 'maybe'], 2, /: 'delivered' must be true or false, got "maybe"\n$/],
  [['follow', '--limit', '1'], 2, /: unknown option '--limit'\n/],
  [['tail'], 2, /: unknown command 'tail'\. Available commands: list, follow, .*clear\n$/],
])('journal %j exits with %i and names the filter, the rule and the value', async (args, code, message) => {
  const { url } = await serve()
  const result = await runProgram(['journal', ...args], { EMULATOR_URL: url, EMULATOR_JSON: 'false' })
  expect(result.stderr).toMatch(message)
  expect(result).toMatchObject({ code, stdout: '' })
})

test.each(['SIGINT', 'SIGTERM'] as const)(
  'journal follow prints a line per request into a pipe as it completes, until %s, and exits with 0',
  async (signal) => {
    const { url } = await serve()
    const program = await follow(url)
    await send(url, keysUrl)
    await send(`${url}/sandbox/a`, `${keysUrl}?limit=1`)
    await expect.poll(() => lines(program)).toHaveLength(1)
    await send(`${url}/sandbox/a`, '/v1/nothing')
    await expect.poll(() => lines(program)).toHaveLength(2)
    const [first, second] = lines(program)
    expect(first).toMatch(new RegExp(`^${time} GET /v1/organization/admin_api_keys\\?limit=1 200 \\d+ms$`))
    expect(second).toMatch(new RegExp(`^${time} GET /v1/nothing 404 \\d+ms unknown_url; `))
    program.child.kill(signal)
    expect(await program.finished).toMatchObject({ code: 0 })
  },
)

test('journal follow prints a request without a response when its connection is closed', async () => {
  const { url } = await serve()
  const program = await follow(url)
  const fault = { operation: 'list', kind: 'connection_reset' }
  await fetch(`${url}/sandbox/a/_emulator/faults`, { method: 'POST', body: JSON.stringify(fault) })
  await expect(send(`${url}/sandbox/a`, keysUrl)).rejects.toThrow()
  await expect.poll(() => lines(program)).toHaveLength(1)
  expect(lines(program)[0]).toMatch(/ GET \/v1\/organization\/admin_api_keys none \d+ms fault_1/)
})

test('journal follow goes on after a reset of the sandbox, and ends with 0 when the sandbox is removed', async () => {
  const { url } = await serve()
  const program = await follow(url)
  await send(`${url}/sandbox/a`, keysUrl)
  await runProgram(['reset', '--url', url, '--sandbox', 'a'])
  await send(`${url}/sandbox/a`, `${keysUrl}/key_gone`)
  await expect.poll(() => lines(program)).toHaveLength(2)
  await runProgram(['sandboxes', 'delete', 'a', '--url', url])
  expect(await program.finished).toMatchObject({ code: 0, stderr: expect.stringMatching(/: sandbox 'a' was removed/) })
})

test('journal list shows a request that waits as pending, and journal follow prints it once, when it ends', async () => {
  const { url } = await serve()
  const program = await follow(url)
  const fault = { operation: 'list', kind: 'hang' }
  await fetch(`${url}/sandbox/a/_emulator/faults`, { method: 'POST', body: JSON.stringify(fault) })
  const aborting = new AbortController()
  const failed = expect(send(`${url}/sandbox/a`, keysUrl, { ...authorized, signal: aborting.signal })).rejects.toThrow()
  const list = ['journal', 'list', '--url', url, '--sandbox', 'a']
  await expect
    .poll(async () => (await runProgram(list, { EMULATOR_JSON: 'false' })).stdout, { timeout: 10_000 })
    .toMatch(/ GET +\/v1\/organization\/admin_api_keys +pending +- /)
  expect(lines(program)).toEqual([])
  aborting.abort()
  await failed
  await expect.poll(() => lines(program)).toHaveLength(1)
  expect(lines(program)[0]).toMatch(/ GET \/v1\/organization\/admin_api_keys none \d+ms fault_1/)
})

test('journal follow prints only requests that match, and entries as JSON with --json', async () => {
  const { url } = await serve()
  const program = await follow(url, ['--status', '404', '--json'])
  await send(`${url}/sandbox/a`, keysUrl)
  await send(`${url}/sandbox/a`, `${keysUrl}/key_gone`)
  await expect.poll(() => lines(program)).toHaveLength(1)
  expect(JSON.parse(lines(program)[0] ?? '')).toMatchObject({ status: 404, path: `${keysUrl}/key_gone` })
})

test('journal follow ends when the reader of its output does', async () => {
  const { url } = await serve()
  const shell = startShell('set -o pipefail; admin-keys-emulator journal follow --sandbox a | head -n 1', {
    EMULATOR_URL: url,
    EMULATOR_JSON: 'false',
  })
  await expect.poll(() => shell.output.stderr, { timeout: 10_000 }).toContain("sandbox 'a' did not exist")
  for (let n = 0; n < 3; n++) {
    await send(`${url}/sandbox/a`, keysUrl)
    await expect.poll(() => shell.output.stdout).not.toBe('')
  }
  expect(await shell.finished).toMatchObject({ code: 0, stdout: expect.stringMatching(/^.*\n$/) })
})

test('journal follow says that the emulator has stopped, and exits with 0', async () => {
  const server = await serve()
  const program = await follow(server.url)
  server.child.kill('SIGTERM')
  const { code, stderr } = await program.finished
  expect(stderr).toMatch(/: sandbox 'a' was removed, or the emulator has stopped\n$/)
  expect(code).toBe(0)
})

test('journal follow exits with 1 and says so if the connection is lost', async () => {
  const server = await serve()
  const program = await follow(server.url)
  server.child.kill('SIGKILL')
  const { code, stderr } = await program.finished
  expect(stderr).toMatch(/: the connection to http:\/\/127\.0\.0\.1:\d+\/sandbox\/a was lost \(.*\)\n$/)
  expect(code).toBe(1)
})

test('text of a server cannot control the terminal', async () => {
  const evil = 'a\u001b[31m\u009b2J\u202e\n'
  const entry = {
    ...{ id: evil, time: evil, method: evil, path: evil, url: evil, status: 200, delivered: true },
    ...{ duration_ms: 1, fault_id: evil, reason: evil },
  }
  const server = createServer((request, response) => {
    if (request.url?.endsWith('/stream')) {
      response.end(`event: update\ndata: ${JSON.stringify(entry)}\n\nevent: end\ndata: {}\n\n`)
    } else if (request.url?.endsWith('/clock')) {
      response.writeHead(400).end(JSON.stringify({ error: { message: evil, code: 'x', param: null } }))
    } else {
      response.end(JSON.stringify({ data: [request.url?.endsWith('/sandboxes') ? { name: 'default' } : entry] }))
    }
  }).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const visible = String.raw`a\u001b[31m\u009b2J\u202e\u000a`
  for (const args of [
    ['journal', 'list'],
    ['journal', 'follow'],
    ['clock', 'get'],
  ]) {
    const { stdout, stderr } = await runProgram([...args, '--url', url], { FORCE_COLOR: '0' })
    expect(stdout + stderr).toContain(visible.replace(/\\u000a$/, ''))
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the characters that must not be there
    expect(stdout + stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/)
  }
  const json = (await runProgram(['journal', 'list', '--json', '--url', url])).stdout
  expect(json).not.toContain('\u009b')
  expect(JSON.parse(json).data[0].path).toBe(evil)
})

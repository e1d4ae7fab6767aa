import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { adminKey, keysUrl } from '../support/app.ts'
import { runProgram, serve } from '../support/program.ts'
import { startShell } from '../support/shell.ts'

// The `script` of util-linux creates a terminal; that of other systems takes other options.
const hasScript = process.platform === 'linux' && existsSync('/usr/bin/script')

const colors = { NO_COLOR: '', FORCE_COLOR: '', TERM: 'xterm-256color' }
// With CI, Node shows no colors.
const noVariables = 'unset NO_COLOR FORCE_COLOR CI;'
const esc = '\u001b'

/** Runs a command on a terminal and returns what it prints. */
const runOnTerminal = async (command: string, setup: string) =>
  (await startShell(`${noVariables} ${setup} script -qec '${command}' /dev/null`, colors).finished).stdout

test('results are JSON unless standard output is a terminal', async () => {
  const { url } = await serve()
  const commands = [
    'clock get',
    'sandboxes list',
    'faults list',
    'behavior get',
    'journal clear',
    'snapshots take a',
    'reset',
  ]
  for (const command of commands) {
    const { code, stdout } = await runProgram([...command.split(' '), '--url', url])
    expect([command, code, typeof JSON.parse(stdout)]).toEqual([command, 0, 'object'])
    const shown = hasScript ? await runOnTerminal(`admin-keys-emulator ${command} --url ${url}`, '') : ''
    expect(() => JSON.parse(shown), command).toThrow(SyntaxError)
  }
})

test('a table has no colors in a pipe, unless FORCE_COLOR is set', async () => {
  const { url } = await serve()
  const list = `EMULATOR_JSON=false admin-keys-emulator sandboxes list --url ${url}`
  const plain = await startShell(`${noVariables} ${list}`).finished
  expect(plain.stdout).toMatch(/^NAME +KEYS/)
  const forced = await startShell(`${noVariables} FORCE_COLOR=1 ${list}`).finished
  expect(forced.stdout).toMatch(new RegExp(`^${esc}\\[1mNAME +KEYS`))
})

test.runIf(hasScript)('on a terminal, titles are bold and statuses have colors, unless NO_COLOR is set', async () => {
  const { url } = await serve()
  await fetch(url + keysUrl, { headers: { authorization: `Bearer ${adminKey}` } })
  const list = `admin-keys-emulator sandboxes list --url ${url}`
  expect(await runOnTerminal(list, '')).toContain(`${esc}[1mNAME`)
  expect(await runOnTerminal(list, 'export NO_COLOR=1;')).toMatch(/^NAME +KEYS/)
  const follow = `timeout -s INT 3 admin-keys-emulator journal follow --since none --url ${url}`
  expect(await runOnTerminal(follow, '')).toContain(`${keysUrl} ${esc}[32m200${esc}[39m `)
})

test('a server that is not an emulator is reported in one line', async () => {
  for (const body of ['<html>', '"text"', '{}']) {
    const server = createServer((_request, response) => response.end(body)).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const port = String((server.address() as AddressInfo).port)
    for (const command of ['clock get', 'sandboxes list', 'reset']) {
      const result = await runProgram([...command.split(' '), '--port', port])
      expect([body, command, result]).toEqual([
        body,
        command,
        { code: 1, stdout: '', stderr: 'admin-keys-emulator: the response with status 200 is not from an emulator\n' },
      ])
    }
    server.close()
  }
})

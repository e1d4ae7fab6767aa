import { execFileSync } from 'node:child_process'
import { chmodSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { freePort } from '../../bench/processes.ts'
import { adminKey, keysUrl } from '../support/app.ts'
import { createTemporaryFolder } from '../support/files.ts'
import { readSnippets } from '../support/snippets.ts'
import { engineFunction, engineOutput, engineRun, image, inspectImage, runImage, startImage } from './engine.ts'

const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' }

/** Returns the flags that mount a world-readable folder with these seeds. */
function mountSeeds(files: Record<string, string>): string[] {
  const folder = createTemporaryFolder()
  chmodSync(folder, 0o755)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return ['-v', `${folder}:/seed:ro`]
}

async function names(url: string): Promise<string[]> {
  const response = await fetch(`${url}${keysUrl}?limit=100`, { headers })
  return ((await response.json()) as { data: { name: string }[] }).data.map(({ name }) => name)
}

const create = (url: string, name: string) =>
  fetch(url + keysUrl, { method: 'POST', headers, body: JSON.stringify({ name }) })

test('seeds mounted at /seed are loaded in name order and before --seed', async () => {
  const flags = mountSeeds({
    '2.yaml': 'keys: [{ name: second }]',
    '1.json': '{"keys": [{"name": "first"}]}',
    'x.txt': '!',
  })
  const { url } = await startImage({ flags, args: ['--seed', 'paging'] })
  expect((await names(url)).slice(1, 5)).toEqual(['first', 'second', 'load-1', 'load-2'])
})

test('a broken seed stops the container with exit code 2 and the line of the error', async () => {
  const { code, stdout, stderr } = await runImage({
    flags: mountSeeds({ 'a.yaml': 'keys:\n  - name: ok\n  - name: 5\n' }),
  })
  expect(stderr).toContain(
    'admin-keys-emulator: seed /seed/a.yaml, line 3, /keys/1/name must be a string of valid Unicode',
  )
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
})

test('on SIGTERM the container completes the current request and exits with code 0', async () => {
  const { id, url } = await startImage()
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  onTestFinished(() => void socket.destroy())
  let response = ''
  socket.on('data', (chunk) => (response += chunk))
  const closed = new Promise((resolve) => socket.once('close', resolve))
  const head = Object.entries({ host: 'x', 'content-length': '13', ...headers }).map(
    ([name, text]) => `${name}: ${text}`,
  )
  socket.write(`POST ${keysUrl} HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n{"name`)
  await sleep(300)
  await engineOutput('kill', '-s', 'TERM', id)
  await sleep(300)
  socket.write('":"ci"}')
  await closed
  expect(response).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
  expect(response).toMatch(/^connection: close\r$/im)
  expect(response).toContain('"name":"ci"')
  expect(await engineOutput('wait', id)).toBe('0')
})

test('keys are stored in /data only with --data', async () => {
  const volume = `admin-keys-${process.pid}`
  onTestFinished(async () => {
    await engineRun('volume', 'rm', '-f', volume)
  })
  const withData = { flags: ['-v', `${volume}:/data`], args: ['--data', '/data'] }
  const first = await startImage(withData)
  expect((await create(first.url, 'kept')).status).toBe(200)
  await engineOutput('kill', '-s', 'KILL', first.id)
  const second = await startImage(withData)
  expect(await names(second.url)).toContain('kept')
  await engineOutput('stop', second.id)
  const without = await startImage({ flags: withData.flags })
  expect(await names(without.url)).not.toContain('kept')
})

test('the image runs the other commands, for other services of a compose file', async () => {
  expect((await runImage({ args: ['--version'] })).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  const { stdout } = await runImage({ args: ['env', '--url', 'http://emulator:4010'] })
  expect(stdout).toContain("export OPENAI_BASE_URL='http://emulator:4010/v1'")
  const waited = await runImage({ args: ['wait', '--timeout', '100ms'] })
  expect(waited).toMatchObject({ code: 1, stderr: expect.stringContaining('was not ready within 100 ms') })
  const unknown = await runImage({ args: ['--prot', '1'] })
  expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining("unknown option '--prot'") })
})

test('the health check passes on the served port and fails on another', async () => {
  const {
    Test: [, ...command],
  } = JSON.parse(await inspectImage('json .Config.Healthcheck'))
  const { id } = await startImage()
  expect((await engineRun('exec', id, ...command)).code).toBe(0)
  const elsewhere = await engineRun('exec', '--env', 'EMULATOR_PORT=4011', id, ...command)
  expect(elsewhere).toMatchObject({ code: 1, stderr: expect.stringContaining('is not healthy') })
})

test.each([
  ['--port 8080', ['--port', '8080']],
  ['-p8080, after the name of the command', ['start', '-p8080']],
  ['--port=8080 and --host 0.0.0.0', ['--port=8080', '--host', '0.0.0.0', '--seed', 'paging']],
])('the health check follows the port of the server with %s', async (_case, args) => {
  const {
    Test: [, ...command],
  } = JSON.parse(await inspectImage('json .Config.Healthcheck'))
  // The flags of the server win over its environment, and those of the health check over both.
  const { id } = await startImage({ args, port: 8080, flags: ['--env', 'EMULATOR_PORT=4010'] })
  expect(await engineRun('exec', id, ...command)).toMatchObject({ code: 0, stderr: '' })
  const elsewhere = await engineRun('exec', id, ...command, '--port', '4010')
  expect(elsewhere).toMatchObject({ code: 1, stderr: expect.stringContaining(':4010/health is not healthy') })
})

test('the image has no shell and no program except node', async () => {
  const { id } = await startImage()
  for (const program of ['sh', '/bin/sh', '/bin/bash', 'npm', '/usr/bin/env']) {
    expect((await engineRun('exec', id, program, '-c', 'true')).code, program).not.toBe(0)
  }
  expect((await engineRun('exec', id, '/usr/local/bin/node', '--version')).code).toBe(0)
})

test('the image contains compiled code that its user can read and V8 accepts', async () => {
  const script = `
    const vm = require('node:vm')
    const { Script } = vm
    vm.Script = function (source, options) {
      const script = new Script(source, options)
      console.log(options.cachedData.length > 100_000 && !script.cachedDataRejected)
      return script
    }
    require('/app/bin/load-program.cjs')('command')`
  const { id } = await startImage()
  expect(await engineOutput('exec', id, '/usr/local/bin/node', '-e', script)).toBe('true')
})

test('the image declares its user, port and labels', async () => {
  expect(await inspectImage('.Config.User')).toBe('1000:1000')
  expect(await inspectImage('json .Config.ExposedPorts')).toBe('{"4010/tcp":{}}')
  expect(await inspectImage('json .Config.Volumes')).toBe('null')
  const labels = JSON.parse(await inspectImage('json .Config.Labels'))
  for (const name of ['title', 'description', 'licenses', 'version', 'revision', 'source']) {
    expect(labels).toHaveProperty([`org.opencontainers.image.${name}`])
  }
})

const runs = readSnippets(new URL('../../docs/docker.md', import.meta.url)).filter(({ text }) =>
  text.includes('docker run'),
)

test.each(runs)('the commands of docs/docker.md at line $line print the keys', async ({ text }) => {
  const name = `emulator-${process.pid}`
  onTestFinished(async () => {
    await engineRun('rm', '-f', name)
  })
  const script = text
    .replaceAll(/127\.0\.0\.1:\d+:/g, `127.0.0.1:${await freePort()}:`)
    .replaceAll(/ admin-keys-emulator(?=\s)/g, ` ${image}`)
    .replaceAll(/ emulator(?=\s)/g, ` ${name}`)
  const [, port] = /127\.0\.0\.1:(\d+):/.exec(script) ?? []
  const output = execFileSync(
    'bash',
    ['-euc', engineFunction + script.replaceAll(/localhost:\d+/g, `localhost:${port}`)],
    {
      encoding: 'utf8',
    },
  )
  expect(output).toContain('"name":"Admin key"')
  expect(output.includes('"name":"load-1"')).toBe(text.includes('EMULATOR_SEED=paging'))
})

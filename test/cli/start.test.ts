import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, isIPv6 } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { adminKey, keysUrl } from '../support/app.ts'
import { createTemporaryFile, createTemporaryFolder } from '../support/files.ts'
import { runProgram, serve, startProgram, waitForServerUrl } from '../support/program.ts'
import { parseRawResponse, sendRaw } from '../support/raw-http.ts'
import { startCreate } from '../support/start-create.ts'
import { hasTerminal, serveOnTerminal, startOnTerminal } from '../support/terminal.ts'

const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some((each) => each?.address === '::1')

const portOf = (url: string) => new URL(url).port
const authorization = { authorization: `Bearer ${adminKey}` }

test('start prints one line of JSON with its URLs if stdout is not a terminal', async () => {
  const { url, output } = await serve()
  expect(output.stdout).toMatch(/^.*\n$/)
  expect(JSON.parse(output.stdout)).toEqual({
    version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    url,
    base_url: `${url}/v1`,
    admin_key: adminKey,
    seed: ['default'],
    keys: 1,
    data: null,
    inspector: `${url}/_emulator/ui/`,
    docs: `${url}/docs`,
  })
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  expect((await fetch(url + keysUrl, { headers: authorization })).status).toBe(200)
})

test.runIf(hasTerminal)(
  'start prints text on a terminal, with version, URLs, key, seed, data folder, inspector and docs',
  async () => {
    const { url, lines } = await serveOnTerminal(['--log-level', 'warn'])
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    await expect
      .poll(lines)
      .toEqual([
        `admin-keys-emulator ${version}`,
        '',
        `  URL        ${url}`,
        `  Base URL   ${url}/v1   (OPENAI_BASE_URL)`,
        '  Admin key  sk-admin-local   (OPENAI_ADMIN_KEY)',
        "  Seed       default; sandbox 'default' has 1 key",
        '  Data       in memory',
        `  Inspector  ${url}/_emulator/ui/`,
        `  Docs       ${url}/docs`,
        '',
        '',
      ])
  },
)

test.runIf(hasTerminal)('the startup text has the seeds, their keys and the data folder, without secrets', async () => {
  const data = join(createTemporaryFolder(), `sk-admin-${'s3cret'.repeat(5)}`)
  const seed = createTemporaryFile('\u009b2J.yaml', 'keys: [{ generate: 1200, name: x }]')
  const { lines } = await serveOnTerminal([
    '--admin-key',
    'sk-admin-mine',
    '--seed',
    'paging',
    '--seed',
    seed,
    '--data',
    data,
  ])
  await expect.poll(lines).toContain(`  Data       ${data.replace(/sk-admin.*/, 'sk-admin...ret')}`)
  expect(lines()).toContain('  Admin key  [redacted]   (OPENAI_ADMIN_KEY)')
  const shownSeed = `paging, ${seed.replace('\u009b', '\\u009b')}`
  expect(lines().find((line) => line.startsWith('  Seed'))).toMatch(/; sandbox 'default' has 1,\d{3} keys$/)
  expect(lines().join('\n')).toContain(shownSeed)
  expect(lines().join('\n')).not.toContain('sk-admin-mine')
})

test.runIf(hasTerminal).each([['--json'], ['--log-format=json']])(
  'start prints JSON on a terminal with %s',
  async (option) => {
    const { lines, isRunning } = startOnTerminal(['--port', '0', option])
    await expect.poll(() => lines().length, { timeout: 5000 }).toBe(2)
    expect(JSON.parse(lines()[0] ?? '')).toMatchObject({ url: expect.stringMatching(/^http:/), seed: ['default'] })
    expect(isRunning()).toBe(true)
  },
)

test('--log-format pretty prints the startup text without a terminal, too', async () => {
  const { output } = startProgram(['--port', '0', '--log-format', 'pretty'])
  await expect
    .poll(() => output.stdout, { timeout: 5000 })
    .toMatch(/^admin-keys-emulator \d.*\n\n {2}URL {8}http:[\s\S]*\n\n$/)
})

test.runIf(hasTerminal)('Ctrl-C prints on a separate line that the server stopped', async () => {
  const terminal = await serveOnTerminal()
  terminal.type('\x03')
  expect(await terminal.finished).toBe(0)
  expect(terminal.lines().slice(-3)).toEqual(['^C', expect.stringMatching(/^\d\d:\d\d:\d\d stopped$/), ''])
})

test('without a terminal, all output is JSON, from the start to the stop', async () => {
  const { child, finished } = await serve(['--log-level', 'info'])
  child.kill('SIGINT')
  const { stdout, stderr } = await finished
  expect(JSON.parse(stdout)).toHaveProperty('url')
  expect(JSON.parse(stderr)).toEqual({ level: 30, time: expect.any(Number), msg: 'stopped' })
})

test.each([
  [['--admin-key', 'sk-admin-mine'], {}],
  [[], { EMULATOR_ADMIN_KEY: 'sk-admin-mine' }],
])('start does not print an admin key that it was given: %j %j', async (args, env) => {
  const { url, output } = await serve(args, env)
  expect(JSON.parse(output.stdout).admin_key).toBe('[redacted]')
  expect(output.stdout + output.stderr).not.toContain('sk-admin-mine')
  const headers = { authorization: 'Bearer sk-admin-mine' }
  expect((await fetch(url + keysUrl, { headers })).status).toBe(200)
})

test('start exits with 1 and one line if the port is taken', async () => {
  const { url } = await serve()
  const { code, stdout, stderr } = await runProgram(['--port', portOf(url)])
  expect(code).toBe(1)
  expect(stdout).toBe('')
  expect(stderr).toBe(
    `admin-keys-emulator: listen EADDRINUSE: address already in use 127.0.0.1:${portOf(url)}; choose another port with --port\n`,
  )
})

test('start listens on loopback addresses only, unless --host names another address', async () => {
  const { url } = await serve()
  await expect(sendRaw(`http://127.0.0.2:${portOf(url)}`, 'GET / HTTP/1.1\r\n\r\n')).rejects.toThrow('ECONNREFUSED')
  const all = await serve(['--host', '0.0.0.0'])
  expect(all.url).toContain('//127.0.0.1:')
  expect((await fetch(`http://127.0.0.2:${portOf(all.url)}/health`)).status).toBe(200)
})

test('the options --max-sandboxes, --sandbox-ttl and --allow-host have their effect', async () => {
  const { url } = await serve(['--max-sandboxes', '2', '--sandbox-ttl', '300ms', '--allow-host', 'a.example.com'])
  const status = async (path: string, headers: Record<string, string> = authorization) => {
    const response = await fetch(url + path, { headers })
    await response.text()
    return response.status
  }
  expect(await status(`/sandbox/a${keysUrl}`)).toBe(200)
  expect(await status(`/sandbox/b${keysUrl}`)).toBe(503)
  await expect.poll(() => status(`/sandbox/b${keysUrl}`)).toBe(200)
  const statusForHost = async (host: string) =>
    Number((await sendRaw(url, `GET /openapi.json HTTP/1.1\r\nHost: ${host}\r\n\r\n`)).split(' ')[1])
  expect(await statusForHost('a.example.com')).toBe(200)
  expect(await statusForHost('b.example.com')).toBe(403)
})

test('a log that is not read blocks neither requests nor the shutdown', async () => {
  const program = startProgram(['--port', '0', '--log-level', 'info'])
  program.child.stderr?.pause()
  const url = await waitForServerUrl(program)
  for (let n = 0; n < 600; n++) await (await fetch(`${url}/v1/${'x'.repeat(500)}`)).text()
  program.child.kill('SIGTERM')
  const exited = new Promise((resolve) => program.child.once('exit', resolve))
  expect(await Promise.race([exited, sleep(4000)])).toBe(0)
  program.child.stderr?.resume()
})

test('the server keeps running if the readers of stdout and stderr go away', async () => {
  const program = startProgram(['--port', '0', '--log-level', 'info'])
  const url = await waitForServerUrl(program)
  program.child.stderr?.destroy()
  program.child.stdout?.destroy()
  for (let n = 0; n < 3; n++) expect((await fetch(url + keysUrl, { headers: authorization })).status).toBe(200)
  program.child.kill('SIGTERM')
  expect((await program.finished).code).toBe(0)
})

test.runIf(hasIpv6)(
  'an IPv6 address is in brackets in the log, and in the base URL for a client without Host',
  async () => {
    const { url, output } = await serve(['--host', '::1', '--log-level', 'debug'])
    const port = Number(portOf(url))
    expect(output.stderr).toContain(`listening at [::1]:${port}`)
    const socket = connect(port, '::1')
    socket.write('GET /_emulator/sandboxes HTTP/1.0\r\n\r\n')
    let response = ''
    for await (const chunk of socket) response += chunk
    expect(JSON.parse(response.split('\r\n\r\n')[1] ?? '').data[0].base_url).toBe(`${url}/v1`)
  },
)

describe.runIf(hasIpv6)('start without --host', () => {
  const addresses = ['127.0.0.1', '::1']
  const urlAt = (address: string, port: string) => `http://${isIPv6(address) ? `[${address}]` : address}:${port}`

  async function serveLocalhost() {
    const program = await serve()
    return { ...program, port: portOf(program.url) }
  }

  /** Starts a server that finds ::1 missing, as on a machine without IPv6. */
  const preloadWithoutIpv6 = (code: string) =>
    createTemporaryFile(
      'without-ipv6.cjs',
      `const { Server } = require('node:net')
      const { listen } = Server.prototype
      Server.prototype.listen = function (options) {
        if (options.host !== '::1') return listen.call(this, options)
        setImmediate(() => this.emit('error', Object.assign(new Error('no IPv6'), { code: '${code}', syscall: 'listen' })))
      }`,
    )

  /** Takes a port of one address only, and returns it. */
  async function takePort(address: string, port = 0) {
    const server = createServer().listen({ host: address, port })
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    return (server.address() as AddressInfo).port
  }

  async function sendMalformed(host: string, port: string) {
    const socket = connect({ host, port: Number(port) })
    socket.write('NOT HTTP\r\n\r\n')
    let response = ''
    for await (const chunk of socket) response += chunk
    return parseRawResponse(response)
  }

  test('the server listens on 127.0.0.1 and ::1 and sends the same errors on both', async () => {
    const { url, port } = await serveLocalhost()
    expect(url).toBe(`http://127.0.0.1:${port}`)
    const responses = []
    for (const address of addresses) {
      expect((await fetch(urlAt(address, port) + keysUrl, { headers: authorization })).status).toBe(200)
      responses.push(await sendMalformed(address, port))
    }
    for (const { status, headers } of responses) {
      expect([status, headers]).toEqual([400, expect.stringMatching(/^x-request-id: req_[0-9a-f]{32}\r$/m)])
    }
    const [ipv4, ipv6] = responses
    expect(ipv4?.body.error).toMatchObject({ type: 'invalid_request_error' })
    expect(ipv6?.text).toBe(ipv4?.text)
  })

  test('both addresses handle CONNECT, TLS and controls alike', async () => {
    const { port } = await serveLocalhost()
    for (const bytes of ['CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n', Buffer.from('16030100a5010000a10303', 'hex')]) {
      const [ipv4, ipv6] = await Promise.all(addresses.map((address) => sendRaw(urlAt(address, port), bytes)))
      const stable = (text = '') => text.replace(/req_\w+|openai-processing-ms: \d+/g, '')
      expect(ipv4).toMatch(/^HTTP\/1.1 400 /)
      expect(stable(ipv6)).toBe(stable(ipv4))
    }
    for (const address of addresses) expect((await fetch(`${urlAt(address, port)}/_emulator/clock`)).status).toBe(200)
  })

  test('the log names both addresses, and --host localhost is the same', async () => {
    for (const args of [[], ['--host', 'localhost']]) {
      const { url, output } = await serve(['--log-level', 'debug', ...args])
      expect(url).toBe(`http://127.0.0.1:${portOf(url)}`)
      expect(output.stderr).toContain(`listening at 127.0.0.1:${portOf(url)} and [::1]:${portOf(url)}`)
    }
  })

  test.each(['EADDRNOTAVAIL', 'EAFNOSUPPORT'])('a machine without ::1 (%s) is served on 127.0.0.1', async (code) => {
    const execArgv = ['--require', preloadWithoutIpv6(code)]
    const { url, output } = await serve(['--log-level', 'debug'], {}, { execArgv })
    expect((await fetch(`${url}/health`)).status).toBe(200)
    expect(output.stderr).toContain(`"listening at 127.0.0.1:${portOf(url)}"`)
  })

  test.each(addresses)('a port that is taken on %s only is an error that names the address', async (address) => {
    const port = await takePort(address)
    const { code, stdout, stderr } = await runProgram(['--port', String(port)])
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: '',
      stderr: `admin-keys-emulator: listen EADDRINUSE: address already in use ${address}:${port}; choose another port with --port\n`,
    })
  })

  test('--port 0 finds a port that is free on both addresses', async () => {
    // The first port that the system offers for 127.0.0.1 is taken on ::1.
    const preload = createTemporaryFile(
      'taken-port.cjs',
      `const { Server, createServer } = require('node:net')
      const { listen } = Server.prototype
      let taken
      Server.prototype.listen = function (options) {
        if (taken !== undefined || options.host !== '::1') return listen.call(this, options)
        taken = options.port
        const other = createServer()
        listen.call(other, options).unref().once('listening', () => listen.call(this, options))
        process.on('SIGUSR2', () => console.error('taken ' + taken))
      }`,
    )
    const { url, child, output } = await serve([], {}, { execArgv: ['--require', preload] })
    child.kill('SIGUSR2')
    await expect.poll(() => output.stderr).toMatch(/^taken \d+$/m)
    expect(output.stderr).not.toContain(`taken ${portOf(url)}`)
    for (const address of addresses) expect((await fetch(`${urlAt(address, portOf(url))}/health`)).status).toBe(200)
  })

  test('SIGTERM completes requests on both addresses, then the server exits with 0', async () => {
    const { child, finished, port } = await serveLocalhost()
    const urls = addresses.map((address) => urlAt(address, port))
    const requests = await Promise.all(urls.map(startCreate))
    child.kill('SIGTERM')
    await sleep(200)
    for (const url of urls) {
      await expect(fetch(`${url}/health`)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } })
    }
    for (const { finish } of requests) finish()
    for (const { response } of requests) expect(await response).toMatchObject({ status: 200, connection: 'close' })
    expect((await finished).code).toBe(0)
  })
})

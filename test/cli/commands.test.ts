import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { request } from 'node:http'
import { type AddressInfo, connect, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { adminKey, keysUrl } from '../support/app.ts'
import { createTemporaryFile } from '../support/files.ts'
import { programPath, runProgram, serve, startProgram, waitForServerUrl } from '../support/program.ts'
import { sendRaw } from '../support/raw-http.ts'

// Debian's way to make a terminal; other systems' script takes other options.
const hasScript = process.platform === 'linux' && existsSync('/usr/bin/script')

const portOf = (url: string) => new URL(url).port
const auth = { authorization: `Bearer ${adminKey}` }

/** The lines that a start on a terminal prints, which is then ended. */
async function onTerminal(args: string[]): Promise<string[]> {
  const program = [process.execPath, programPath, '--port', '0', '--log-level', 'warn', ...args]
  const terminal = spawn('script', ['-qec', `timeout -s TERM 1.5 ${program.join(' ')}`, '/dev/null'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  for await (const chunk of terminal.stdout) text += chunk
  return text.replaceAll('\r', '').split('\n')
}

describe('start', () => {
  test('says where it listens in one line of JSON when it is no terminal', async () => {
    const { url, output } = await serve()
    expect(output.stdout).toBe(
      `${JSON.stringify({ url, base_url: `${url}/v1`, admin_key: adminKey, docs: `${url}/docs` })}\n`,
    )
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect((await fetch(url + keysUrl, { headers: auth })).status).toBe(200)
  })

  test.runIf(hasScript)('says it in words on a terminal, unless told otherwise', async () => {
    const json = await onTerminal(['--json'])
    expect(json[0]).toMatch(/^\{"url":"http:/)
    const lines = await onTerminal([])
    expect(lines[0]).toBe('Admin keys emulator')
    expect(lines[1]).toMatch(/^ {2}URL {8}http:\/\/127\.0\.0\.1:\d+$/)
    expect(lines[2]).toMatch(/^ {2}Base URL {3}http:\/\/127\.0\.0\.1:\d+\/v1 {3}\(OPENAI_BASE_URL\)$/)
    expect(lines[3]).toBe('  Admin key  sk-admin-local   (OPENAI_ADMIN_KEY)')
    expect(lines[4]).toMatch(/^ {2}Docs {7}http:\/\/127\.0\.0\.1:\d+\/docs$/)
  })

  test('a port that is taken is exit 1 with one line', async () => {
    const { url } = await serve()
    const { code, stdout, stderr } = await runProgram(['--port', portOf(url)])
    expect(code).toBe(1)
    expect(stdout).toBe('')
    expect(stderr).toBe(
      `admin-keys-emulator: listen EADDRINUSE: address already in use 127.0.0.1:${portOf(url)}; choose another port with --port\n`,
    )
  })

  test('listens on 127.0.0.1 alone unless told to', async () => {
    const { url } = await serve()
    await expect(sendRaw(`http://127.0.0.2:${portOf(url)}`, 'GET / HTTP/1.1\r\n\r\n')).rejects.toThrow('ECONNREFUSED')
    const all = await serve(['--host', '0.0.0.0'])
    expect(all.url).toContain('//127.0.0.1:')
    expect((await fetch(`http://127.0.0.2:${portOf(all.url)}/health`)).status).toBe(200)
  })

  test('every option reaches what it is about', async () => {
    const { url } = await serve(['--max-sandboxes', '2', '--sandbox-ttl', '300ms', '--allow-host', 'a.example.com'])
    const status = async (path: string, headers: Record<string, string> = auth) => {
      const answer = await fetch(url + path, { headers })
      await answer.text()
      return answer.status
    }
    expect(await status(`/sandbox/a${keysUrl}`)).toBe(200)
    expect(await status(`/sandbox/b${keysUrl}`)).toBe(503)
    await expect.poll(() => status(`/sandbox/b${keysUrl}`)).toBe(200)
    const asked = async (host: string) =>
      Number((await sendRaw(url, `GET /openapi.json HTTP/1.1\r\nHost: ${host}\r\n\r\n`)).split(' ')[1])
    expect(await asked('a.example.com')).toBe(200)
    expect(await asked('b.example.com')).toBe(403)
  })

  test('a log that nobody reads neither stops the server nor its end', async () => {
    const program = startProgram(['--port', '0', '--log-level', 'info'])
    program.child.stderr?.pause()
    const url = await waitForServerUrl(program)
    for (let n = 0; n < 600; n++) await (await fetch(`${url}/v1/${'x'.repeat(500)}`)).text()
    program.child.kill('SIGTERM')
    const exited = new Promise((resolve) => program.child.once('exit', resolve))
    expect(await Promise.race([exited, sleep(4000)])).toBe(0)
    program.child.stderr?.resume()
  })

  test('readers that go away do not end the server', async () => {
    const program = startProgram(['--port', '0', '--log-level', 'info'])
    const url = await waitForServerUrl(program)
    program.child.stderr?.destroy()
    program.child.stdout?.destroy()
    for (let n = 0; n < 3; n++) expect((await fetch(url + keysUrl, { headers: auth })).status).toBe(200)
    program.child.kill('SIGTERM')
    expect((await program.finished).code).toBe(0)
  })

  test('flags win over the environment, which wins over the default; an empty variable is none', async () => {
    const env = { EMULATOR_ADMIN_KEY: 'sk-admin-env', EMULATOR_SEED: 'paging, lifecycle', EMULATOR_HOST: '' }
    const fromEnv = await serve([], env)
    expect(JSON.parse(fromEnv.output.stdout).admin_key).toBe('sk-admin-env')
    const keys = await fetch(`${fromEnv.url}${keysUrl}?limit=100&after=key_unnamed`, {
      headers: { authorization: 'Bearer sk-admin-env' },
    })
    expect(keys.status).toBe(200)
    const fromFlag = await serve(['--admin-key', 'none', '--seed', 'lifecycle'], env)
    expect(JSON.parse(fromFlag.output.stdout).admin_key).toBeNull()
    const status = async (key: string) =>
      (await fetch(fromFlag.url + keysUrl, { headers: { authorization: `Bearer ${key}` } })).status
    expect(await status('sk-admin-env')).toBe(401)
    expect(await status('sk-admin-fresh')).toBe(200)
  })
})

describe('bad options are exit 2 with the option, the rule and the value', () => {
  test.each([
    [['--port', 'abc'], {}, /--port <number>.*'abc' is invalid.*integer from 0 to 65535/],
    [['--port', '65536'], {}, /'65536' is invalid.*integer from 0 to 65535/],
    [['--port', '1e3'], {}, /'1e3' is invalid/],
    [['start', '--port', ''], {}, /'' is invalid/],
    [['--host', 'a b'], {}, /--host.*'a b' is invalid.*IP address or a host name/],
    [['--admin-key', ' x'], {}, /--admin-key.*printable ASCII/],
    [['--admin-key', 'ключ'], {}, /--admin-key.*printable ASCII/],
    [['--max-sandboxes', '0'], {}, /--max-sandboxes.*'0' is invalid.*from 1/],
    [['--sandbox-ttl', '30'], {}, /--sandbox-ttl.*'30' is invalid.*duration/],
    [['--sandbox-ttl', '0s'], {}, /'0s' is invalid/],
    [['--log-level', 'loud'], {}, /--log-level.*'loud' is invalid.*one of trace, debug/],
    [['--prot', '1'], {}, /unknown option '--prot'[\s\S]*--port/],
    [['serve'], {}, /unknown command 'serve'. Available commands: start, wait, healthcheck, env, reset, state/],
    [['--port', '1', 'wait'], {}, /the command 'wait' must come before its options/],
    [['start', 'extra'], {}, /unknown command 'extra'/],
    [['--data', ''], {}, /--data.*'' is invalid. It must not be empty/],
    [['--allow-host', 'http://x'], {}, /--allow-host.*'http:\/\/x' is invalid/],
    [['--allow-host', 'a..example.com'], {}, /--allow-host.*'a\.\.example\.com' is invalid/],
    [['env', '--url', 'http://x/v1'], {}, /--url.*must not end with the \/v1/],
    [['env', '--port', '0'], {}, /--port: 0 does not say where/],
    [[], { EMULATOR_SEED: 'paging,,lifecycle' }, /EMULATOR_SEED: 'paging,,lifecycle' is invalid. It must not be empty/],
    [['--seed'], {}, /--seed.*argument missing/],
    [['env', '--format', 'xml'], {}, /--format.*'xml' is invalid.*shell, dotenv, github/],
    [['env', '--sandbox', '../x'], {}, /--sandbox.*'\.\.\/x' is invalid/],
    [['wait', '--url', 'ftp://x'], {}, /--url.*'ftp:\/\/x' is invalid.*http/],
    [[], { EMULATOR_PORT: 'x' }, /EMULATOR_PORT: 'x' is invalid.*integer from 0 to 65535/],
    [[], { EMULATOR_JSON: 'maybe' }, /EMULATOR_JSON: 'maybe' is invalid.*1, true, 0 or false/],
    [[], { EMULATOR_LOG_LEVEL: 'LOUD' }, /EMULATOR_LOG_LEVEL: 'LOUD' is invalid/],
  ])('%j %j', async (args, env, message) => {
    const { code, stdout, stderr } = await runProgram(args, env)
    expect(stderr).toMatch(message)
    expect(stderr).toMatch(/^(EMULATOR|admin-keys-emulator: )/)
    expect(code).toBe(2)
    expect(stdout).toBe('')
  })
})

test.each([
  [['--admin-key', 'sk-admin-über'], {}],
  [['--control-token', 'sk-admin-über'], {}],
  [[], { EMULATOR_ADMIN_KEY: 'sk-admin-über' }],
  [[], { EMULATOR_CONTROL_TOKEN: 'sk-admin-über' }],
])('a secret that is no header is not repeated: %j %j', async (args, env) => {
  const { code, stderr } = await runProgram(args, env)
  expect(stderr).toMatch(/(--|EMULATOR_)(admin-key|ADMIN_KEY|control-token|CONTROL_TOKEN).*is invalid.*printable ASCII/)
  expect(stderr).not.toContain('über')
  expect(code).toBe(2)
})

test('--help tells every option with its variable, --version the version', async () => {
  const help = await runProgram(['--help'])
  expect(help.code).toBe(0)
  for (const word of [
    'start',
    'wait',
    'healthcheck',
    'env',
    '--port',
    'EMULATOR_PORT',
    '--seed',
    'EMULATOR_SEED',
    'sdk-conformance',
    'conform',
  ]) {
    expect(help.stdout).toContain(word)
  }
  expect((await runProgram(['env', '--help'])).stdout).toContain('EMULATOR_FORMAT')
  expect((await runProgram(['conform', '--help'])).stdout).toContain('EMULATOR_PACE')
  const version = await runProgram(['--version'])
  expect(version).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
})

describe('wait and healthcheck', () => {
  test('wait succeeds once the emulator is ready, though it was started later', async () => {
    const first = await serve()
    const port = portOf(first.url)
    first.child.kill('SIGTERM')
    await first.finished
    const waiting = startProgram(['wait', '--port', port, '--timeout', '15s'])
    await sleep(500)
    startProgram(['--port', port, '--log-level', 'warn'])
    expect((await waiting.finished).code).toBe(0)
  })

  test('both fail with one line when nobody is there', async () => {
    const waited = await runProgram(['wait', '--port', '1', '--timeout', '200ms'])
    expect(waited).toMatchObject({ code: 1, stdout: '' })
    expect(waited.stderr).toMatch(
      /^admin-keys-emulator: http:\/\/127\.0\.0\.1:1\/ready was not ready within 200 ms: .*ECONNREFUSED.*\n$/,
    )
    const checked = await runProgram(['healthcheck', '--port', '1'])
    expect(checked).toMatchObject({ code: 1, stdout: '' })
    expect(checked.stderr).toMatch(/^admin-keys-emulator: http:\/\/127\.0\.0\.1:1\/health is not healthy: .*\n$/)
  })

  test('wait keeps its time with a server that says nothing', async () => {
    const mute = createServer(() => {}).listen(0, '127.0.0.1')
    await new Promise((resolve) => mute.once('listening', resolve))
    const port = String((mute.address() as AddressInfo).port)
    const begin = performance.now()
    expect((await runProgram(['wait', '--port', port, '--timeout', '300ms'])).code).toBe(1)
    expect(performance.now() - begin).toBeLessThan(1800)
    mute.close()
  })

  test('a flag for the port wins over a variable for the URL', async () => {
    const { url } = await serve()
    const env = { EMULATOR_URL: 'http://127.0.0.1:1' }
    expect((await runProgram(['healthcheck'], env)).code).toBe(1)
    expect((await runProgram(['healthcheck', '--port', portOf(url)], env)).code).toBe(0)
  })

  test('healthcheck finds the port in the environment, as in a container', async () => {
    const { url } = await serve()
    expect(await runProgram(['healthcheck'], { EMULATOR_PORT: portOf(url), EMULATOR_HOST: '0.0.0.0' })).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    })
    expect((await runProgram(['healthcheck', '--url', `${url}/`])).code).toBe(0)
  })
})

describe('env', () => {
  test.each([
    [['env'], "export OPENAI_BASE_URL='http://127.0.0.1:4010/v1'\nexport OPENAI_ADMIN_KEY='sk-admin-local'\n"],
    [
      ['env', '--sandbox', 'a.b', '--format', 'github'],
      'OPENAI_BASE_URL=http://127.0.0.1:4010/sandbox/a.b/v1\nOPENAI_ADMIN_KEY=sk-admin-local\n',
    ],
    [
      ['env', '--format', 'dotenv', '--admin-key', 'a "b" $c'],
      'OPENAI_BASE_URL=http://127.0.0.1:4010/v1\nOPENAI_ADMIN_KEY="a \\"b\\" \\$c"\n',
    ],
    [
      ['env', '--admin-key', "it's"],
      "export OPENAI_BASE_URL='http://127.0.0.1:4010/v1'\nexport OPENAI_ADMIN_KEY='it'\\''s'\n",
    ],
    [['env', '--url', 'http://emulator:80/', '--admin-key', 'none'], "export OPENAI_BASE_URL='http://emulator/v1'\n"],
    [
      ['env', '--host', '::1', '--port', '1'],
      "export OPENAI_BASE_URL='http://[::1]:1/v1'\nexport OPENAI_ADMIN_KEY='sk-admin-local'\n",
    ],
  ])('%j', async (args, stdout) => {
    expect(await runProgram(args)).toEqual({ code: 0, stdout, stderr: '' })
  })

  test('what it prints for a shell can be read by one', async () => {
    const { stdout } = await runProgram(['env', '--admin-key', `a'b"c$d\`e`])
    const shell = spawn('sh', ['-c', `${stdout}\nprintf %s "$OPENAI_ADMIN_KEY"`])
    let read = ''
    for await (const chunk of shell.stdout) read += chunk
    expect(read).toBe(`a'b"c$d\`e`)
  })
})

describe('signals', () => {
  /** Begins a create whose body is not all there; resolves with a function that sends the rest. */
  async function beginCreate(url: string) {
    const outgoing = request(url + keysUrl, {
      method: 'POST',
      headers: { ...auth, 'content-type': 'application/json' },
    })
    const answer = new Promise<{ status: number | undefined; connection: string | undefined; text: string }>(
      (resolve, reject) => {
        outgoing.on('error', reject)
        outgoing.on('response', async (response) => {
          let text = ''
          for await (const chunk of response) text += chunk
          resolve({ status: response.statusCode, connection: response.headers.connection, text })
        })
      },
    )
    outgoing.write('{"name":')
    await sleep(200)
    return { finish: () => outgoing.end('"slow"}'), answer }
  }

  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s lets a request in flight complete, then exits with 0',
    async (signal) => {
      const { url, child, finished } = await serve()
      const { finish, answer } = await beginCreate(url)
      child.kill(signal)
      await sleep(200)
      await expect(sendRaw(url, 'GET / HTTP/1.1\r\n\r\n')).rejects.toThrow('ECONNREFUSED')
      finish()
      expect(await answer).toMatchObject({
        status: 200,
        connection: 'close',
        text: expect.stringContaining('"name":"slow"'),
      })
      expect((await finished).code).toBe(0)
    },
  )

  test('an idle connection does not hold it up', async () => {
    const { url, child, finished } = await serve()
    const idle = connect(Number(portOf(url)), '127.0.0.1')
    await new Promise((resolve) => idle.once('connect', resolve))
    idle.write(`GET /health HTTP/1.1\r\nHost: x\r\n\r\n`)
    await new Promise((resolve) => idle.once('data', resolve))
    const begin = performance.now()
    child.kill('SIGTERM')
    expect((await finished).code).toBe(0)
    expect(performance.now() - begin).toBeLessThan(2000)
    idle.destroy()
  })

  test('a request that never ends is given 5 s', async () => {
    const { url, child, finished } = await serve()
    const { answer } = await beginCreate(url)
    const failed = expect(answer).rejects.toThrow()
    const begin = performance.now()
    child.kill('SIGTERM')
    expect((await finished).code).toBe(0)
    expect(performance.now() - begin).toBeGreaterThan(4000)
    expect(performance.now() - begin).toBeLessThan(8000)
    await failed
  })

  test('a start that is not yet done ends with 0, too', async () => {
    const seed = createTemporaryFile('seed.yaml', 'keys: [{ generate: 100000, name: "k{n}" }]')
    const { child, finished } = startProgram(['--port', '0', '--seed', seed])
    await sleep(700)
    child.kill('SIGTERM')
    expect((await finished).code).toBe(0)
  })

  test('a second signal does not wait', async () => {
    const { url, child, finished } = await serve()
    const { answer } = await beginCreate(url)
    const failed = expect(answer).rejects.toThrow()
    child.kill('SIGINT')
    await sleep(700)
    child.kill('SIGINT')
    expect((await finished).code).toBe(1)
    await failed
  })

  test('unless it is the same that arrives twice, as under npm', async () => {
    const { url, child, finished } = await serve()
    const { finish, answer } = await beginCreate(url)
    child.kill('SIGINT')
    await sleep(50)
    child.kill('SIGINT')
    await sleep(200)
    finish()
    expect((await answer).status).toBe(200)
    expect((await finished).code).toBe(0)
  })

  test('pages that are being looked at do not hold it up', async () => {
    const { url, child, finished } = await serve()
    const socket = connect(Number(portOf(url)), '127.0.0.1')
    socket.on('error', () => {})
    socket.write('GET /docs HTTP/1.1\r\nHost: x\r\n\r\n')
    const begin = performance.now()
    await sleep(5)
    child.kill('SIGTERM')
    expect((await finished).code).toBe(0)
    expect(performance.now() - begin).toBeLessThan(4000)
    socket.destroy()
  })

  test('a tunnel that its client leaves open does not hold it up', async () => {
    const { url, child, finished } = await serve()
    const socket = connect({ port: Number(portOf(url)), host: '127.0.0.1', allowHalfOpen: true })
    socket.write('CONNECT example:443 HTTP/1.1\r\nHost: example:443\r\n\r\n')
    await new Promise((resolve) => socket.once('data', resolve))
    child.kill('SIGTERM')
    expect(await Promise.race([finished.then(({ code }) => code), sleep(4000)])).toBe(0)
    socket.destroy()
  })

  test('npm start passes the signal on', async () => {
    const npm = spawn('npm', ['start', '--silent', '--', '--port', '0', '--log-level', 'warn'], {
      cwd: new URL('../..', import.meta.url),
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const url = await new Promise<string>((resolve) => {
      npm.stdout.on('data', (chunk) => resolve(JSON.parse(String(chunk)).url))
    })
    const { finish, answer } = await beginCreate(url)
    npm.kill('SIGTERM')
    await sleep(300)
    finish()
    expect((await answer).status).toBe(200)
    expect(await new Promise((resolve) => npm.once('close', resolve))).toBe(0)
    await expect(sendRaw(url, 'GET / HTTP/1.1\r\n\r\n')).rejects.toThrow('ECONNREFUSED')
  })
})

test('a Node that is too old is told what is needed', async () => {
  const old = createTemporaryFile('old.cjs', "Object.defineProperty(process, 'versions', { value: { napi: '9' } })")
  const { code, stdout, stderr } = await startProgram([], {}, { execArgv: ['--require', old] }).finished
  expect(stderr).toBe(`admin-keys-emulator needs Node 22.18 or newer; this is ${process.version}.\n`)
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
})

test('the library throws on one', async () => {
  const old = createTemporaryFile('old.cjs', "Object.defineProperty(process, 'versions', { value: { napi: '9' } })")
  const library = fileURLToPath(new URL('../../lib/index.cjs', import.meta.url))
  const { status, stderr } = spawnSync(process.execPath, ['--require', old, library], { encoding: 'utf8' })
  expect(stderr).toContain(`Error: admin-keys-emulator needs Node 22.18 or newer; this is ${process.version}.`)
  expect(status).toBe(1)
})

describe('reset and state', () => {
  const names = async (url: string) => {
    const answer = await fetch(`${url}${keysUrl}`, { headers: auth })
    return ((await answer.json()) as { data: { name: string }[] }).data.map(({ name }) => name)
  }

  test('print, load, add and reset, in the sandbox that they are told', async () => {
    const { url } = await serve(['--control-token', 'let-me-in'])
    const env = { EMULATOR_URL: url, EMULATOR_CONTROL_TOKEN: 'let-me-in' }
    const seed = createTemporaryFile('seed.yaml', 'keys:\n  - name: from yaml # so it is\n')
    const more = createTemporaryFile('more.json', '{"keys":[{"name":"from json"}]}')
    expect(await runProgram(['state', '--load', seed, '--sandbox', 'a'], env)).toEqual({
      code: 0,
      stdout: '',
      stderr: expect.stringMatching(/created from the seed\n.*: loaded into sandbox 'a', which now lists 2 keys\n$/),
    })
    expect(await runProgram(['state', '--add', more, '--sandbox', 'a'], env)).toEqual({
      code: 0,
      stdout: '',
      stderr: `admin-keys-emulator: ${more}: keys added to sandbox 'a', which now lists 3 keys\n`,
    })
    expect(await names(`${url}/sandbox/a`)).toEqual(['Admin key', 'from yaml', 'from json'])
    const printed = await runProgram(['state', '--sandbox', 'a'], env)
    const again = createTemporaryFile('again.json', printed.stdout)
    expect((await runProgram(['state', '--load', again], env)).code).toBe(0)
    expect(await names(url)).toEqual(await names(`${url}/sandbox/a`))
    expect(await runProgram(['reset', '--sandbox', 'a', '--only', 'keys', '--only', 'clock'], env)).toEqual({
      code: 0,
      stdout: '',
      stderr: "admin-keys-emulator: reset of sandbox 'a': keys, clock\n",
    })
    expect(await names(`${url}/sandbox/a`)).toEqual(['Admin key'])
    expect(await names(url)).toHaveLength(3)
    expect((await runProgram(['reset'], env)).code).toBe(0)
    expect(await names(url)).toEqual(['Admin key'])
  })

  test.each([['state'], ['reset']])('%s says when the sandbox was not there', async (name) => {
    const { url } = await serve()
    const wasCreated = "admin-keys-emulator: sandbox 'typo' did not exist: created from the seed\n"
    const args = [name, '--url', url, '--sandbox', 'typo']
    const [first, second] = [await runProgram(args), await runProgram(args)]
    expect(first.stderr).toContain(wasCreated)
    expect(second).toEqual({ ...first, stdout: expect.any(String), stderr: first.stderr.replace(wasCreated, '') })
    expect((await runProgram([name, '--url', url])).stderr).not.toContain('did not exist')
  })

  test('say what is wrong', async () => {
    const { url } = await serve()
    const env = { EMULATOR_URL: url }
    const broken = createTemporaryFile('broken.yaml', 'keys:\n  - name: 5')
    const twice = createTemporaryFile(
      'twice.json',
      '{"keys": [{"name": "a", "id": "key_a"},\n{"name": "b", "id": "key_a"}]}',
    )
    const none = createTemporaryFile('none.yaml', 'keys:\n  - name: a\n   id: b')
    for (const [args, code, message] of [
      [['state', '--load', broken], 2, `seed ${broken}, line 2, /keys/0/name must be a string`],
      [['state', '--add', broken], 2, `seed ${broken}, line 2, /keys/0/name must be a string`],
      [['state', '--load', twice], 2, `seed ${twice}, line 2, /keys/1/id must be an id that no other key`],
      [['state', '--load', none], 2, `seed ${none}, line 3 is not valid YAML`],
      [['state', '--load', '/nowhere.yaml'], 2, 'seed /nowhere.yaml: cannot be read'],
      [['state', '--load', broken, '--add', broken], 2, '--add: cannot be combined with --load'],
      [['reset', '--only', 'everything'], 2, "'everything' is invalid. It must be one of keys"],
      [['reset', '--url', 'http://127.0.0.1:1'], 1, 'cannot connect to http://127.0.0.1:1: is the emulator running?'],
    ] as const) {
      const told = await runProgram([...args], env)
      expect([told.code, told.stdout]).toEqual([code, ''])
      expect(told.stderr).toContain(message)
    }
  })
})

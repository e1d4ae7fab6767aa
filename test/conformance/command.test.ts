import { connect } from 'node:net'
import { createServer as createSecureServer } from 'node:tls'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Sandbox } from '../../src/library/types.ts'
import { adminKey } from '../support/app.ts'
import { createCertificate } from '../support/certificate.ts'
import { runConform, startEmulator } from '../support/conform-command.ts'
import { createTemporaryFile } from '../support/files.ts'
import { startProgram, waitForServerUrl } from '../support/program.ts'
import { startFakeServer, startTamperingProxy } from '../support/tampering-proxy.ts'

describe('exit codes', () => {
  test('the command prints a table and exits with 0 if the server conforms', async () => {
    const { url, keyNames } = await startEmulator()
    const flags = ['--base-url', `${url}/v1/`, '--admin-key', adminKey]
    const { code, stdout, stderr } = await runConform(flags, {})
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^\| probe +\| evidence \| expected +\| seen +\| verdict +\|\n\| -+ \|/)
    expect(stdout).toMatch(
      /\n\n\d+ same, 0 differ, \d+ skipped, 0 failed; \d+ requests; admin-keys-emulator [\d.]+\.\n\d+ more probes require --write\.\n$/,
    )
    expect(stdout).not.toContain(adminKey)
    expect(await keyNames()).toEqual(['Admin key'])
  })

  test('with --write and --json, the command exits with 0 and leaves no key behind', async () => {
    const { env, keyNames } = await startEmulator()
    const { code, stdout, stderr } = await runConform(['--write', '--json'], env)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toMatchObject({ write: true, differs: 0, failed: 0, not_removed: 0, switches: {} })
    expect(await keyNames()).toEqual(['Admin key'])
  })

  test('the command exits with 1 if a probe differs', async () => {
    const { env, emulator } = await startEmulator()
    await emulator.behavior.change({ unknown_route: 'empty' })
    const { code, stdout } = await runConform([], env)
    expect(code).toBe(1)
    expect(stdout).toMatch(
      /^\| url-unknown +\| sibling +\| 404 code null, exact message +\| 404, empty +\| differs \|$/m,
    )
    expect(stdout).toContain('The emulator responds like this server with the behavior `unknown_route: empty`.')
  })

  test('the command exits with 1 for non-default behavior and faults, and names the probe', async () => {
    const { url, emulator } = await startEmulator()
    const list = 'admin-api-keys-list'
    const hasMorePatch = { op: 'replace', path: '/has_more', value: true } as const
    const defects: [name: string, inject: (sandbox: Sandbox) => Promise<unknown>, probe: string][] = [
      ['auth', ({ behavior }) => behavior.change({ auth: 'any' }), 'auth-wrong'],
      ['state', ({ behavior }) => behavior.change({ state: 'discarded' }), 'retrieve-created'],
      ['scope', ({ behavior }) => behavior.change({ scope_error: 'string' }), 'auth-project'],
      ['cursor', ({ behavior }) => behavior.change({ deleted_cursor: 'reject' }), 'after-deleted'],
      ['limit', ({ behavior }) => behavior.change({ limit_out_of_range: 'reject' }), 'limit-zero'],
      ['route', ({ behavior }) => behavior.change({ unknown_route: 'empty' }), 'url-unknown'],
      [
        'more',
        ({ faults }) => faults.add({ operation: list, kind: 'json_patch', patch: [hasMorePatch], times: null }),
        'list-after-last',
      ],
      ['error', ({ faults }) => faults.add({ operation: list, kind: 'error', status: 500, times: null }), 'list'],
    ]
    await Promise.all(
      defects.map(async ([name, inject, probe]) => {
        await inject(emulator.sandbox(name))
        const { code, stdout } = await runConform(['--write'], { EMULATOR_BASE_URL: `${url}/sandbox/${name}/v1` })
        expect(code, name).toBe(1)
        expect(stdout, name).toMatch(new RegExp(`^\\| ${probe} .*\\| differs \\|$`, 'm'))
      }),
    )
  })

  test('the command exits with 1 for a server that does not know the API', async () => {
    const { code, stdout } = await runConform([], { EMULATOR_BASE_URL: await startFakeServer(() => '{}') })
    expect(code).toBe(1)
    expect(stdout).toMatch(/^\| list .*\| 200, missing object, data, .*\| differs \|$/m)
  })

  test('the command prints one line and exits with 1 if it cannot connect', async () => {
    const result = await runConform([], { EMULATOR_BASE_URL: 'http://127.0.0.1:1/v1' })
    expect(result).toMatchObject({ code: 1, stdout: '' })
    expect(result.stderr).toMatch(
      /^admin-keys-emulator: cannot connect to http:\/\/127\.0\.0\.1:1\/v1: .*ECONNREFUSED.*\n$/,
    )
  })

  test('the command exits with 1 after one request if the admin key is rejected', async () => {
    const { env, emulator } = await startEmulator()
    const { code, stdout } = await runConform(['--json', '--write'], { ...env, EMULATOR_ADMIN_KEY: 'sk-admin-unknown' })
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ requests: 1, differs: 1, same: 0 })
    expect(stdout).toContain('the admin key was rejected')
    expect(await emulator.journal.list()).toHaveLength(1)
  })

  test.each([
    [[], /--base-url: is required/],
    [['--base-url', 'ftp://x'], /--base-url.*'ftp:\/\/x' is invalid. It must be an http or https URL/],
    [['--base-url', 'http://x/v1?a=b'], /is invalid.*without user, query and fragment/],
    [['--base-url', 'http://a:b@x/v1'], /is invalid.*without user, query and fragment/],
    [['--base-url', 'http://x/v1', '--admin-key', 'none'], /--admin-key: must be the value of a key/],
    [['--base-url', 'http://x/v1', '--pace', '9'], /--pace.*'9' is invalid.*duration/],
    [['--base-url', 'http://x/v1', '--sandbox', 'a'], /unknown option '--sandbox'/],
  ])('the command exits with 2 for the invalid options %j', async (args, message) => {
    const { code, stdout, stderr } = await runConform(args, {})
    expect(stderr).toMatch(message)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })
})

describe('rate limits', () => {
  test('the command sends requests no faster than --pace allows', async () => {
    const { url } = await startEmulator()
    const times: number[] = []
    const proxy = await startTamperingProxy(url, { request: () => void times.push(performance.now()) })
    const { code } = await runConform(['--pace', '20ms'], { EMULATOR_BASE_URL: `${proxy.url}/v1` })
    expect(code).toBe(1)
    expect(times.length).toBeGreaterThan(50)
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(20 * (times.length - 2))
  })

  test('the command retries a 429 after the delay that the server requests', async () => {
    const { env, emulator } = await startEmulator()
    const fault = { operation: '*', kind: 'error', status: 429 } as const
    await emulator.faults.add({ ...fault, headers: { 'retry-after': '1' } })
    await emulator.faults.add({ ...fault, headers: { 'retry-after-ms': '300' }, times: 2 })
    const startedAt = performance.now()
    const { code, stdout } = await runConform(['--json'], env)
    expect(performance.now() - startedAt).toBeGreaterThan(1600)
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ differs: 0 })
    expect((await emulator.faults.list()).map(({ remaining }) => remaining)).toEqual([0, 0])
  })

  test('the command does not wait for a delay of a day', async () => {
    const { env, emulator } = await startEmulator()
    const fault = { operation: '*', kind: 'error', status: 429, times: null } as const
    await emulator.faults.add({ ...fault, headers: { 'retry-after': '86400' } })
    const { code, stdout } = await runConform(['--json'], env)
    expect(code).toBe(1)
    expect(stdout).toContain('429 type requests code rate_limit_exceeded')
  })
})

describe('TLS', () => {
  /** Starts an emulator behind a TLS proxy with a self-signed certificate. */
  async function startTlsProxy() {
    const { url } = await startEmulator()
    const { key, cert } = createCertificate()
    const server = createSecureServer({ key, cert }, (socket) => {
      const upstream = connect(Number(new URL(url).port), '127.0.0.1')
      socket.pipe(upstream).pipe(socket)
      for (const end of [socket, upstream]) end.on('error', () => end.destroy())
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    onTestFinished(() => void server.close())
    const { port } = server.address() as { port: number }
    return { env: { EMULATOR_BASE_URL: `https://127.0.0.1:${port}/v1` }, cert }
  }

  test('the emulator conforms over TLS with a trusted certificate', async () => {
    const { env, cert } = await startTlsProxy()
    const trustingEnv = { ...env, NODE_EXTRA_CA_CERTS: createTemporaryFile('cert.pem', cert) }
    const { code, stdout, stderr } = await runConform(['--write'], trustingEnv)
    expect(stdout).not.toContain('| differs')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  test('the command does not accept an untrusted certificate', async () => {
    const { env } = await startTlsProxy()
    const { code, stderr } = await runConform([], env)
    expect(code).toBe(1)
    expect(stderr).toMatch(/cannot connect to https:.*: self-signed certificate.*\n$/)
  })
})

test('the admin key is sent in the Authorization header only and never printed', async () => {
  const { url } = await startEmulator(['--admin-key', 'sk-admin-very-secret'])
  const proxy = await startTamperingProxy(url)
  const env = { EMULATOR_BASE_URL: `${proxy.url}/v1`, EMULATOR_ADMIN_KEY: 'sk-admin-very-secret' }
  const { stdout, stderr } = await runConform(['--write'], env)
  const requestTexts = proxy.traffic.map(({ request: { url: target, body, headers } }) => {
    const { authorization: _, ...otherHeaders } = headers
    return target + body.toString() + JSON.stringify(otherHeaders)
  })
  expect([...requestTexts, stdout, stderr].filter((text) => text.includes('very-secret'))).toEqual([])
})

test('the start command does not load the TLS modules that the conform command needs', async () => {
  const printTlsModules =
    "process.on('exit', () => require('node:fs').writeSync(2, String(process.moduleLoadList.filter((name) => / (https|tls)$/.test(name)))))"
  const execArgv = ['--require', createTemporaryFile('print-tls-modules.cjs', printTlsModules)]
  const program = startProgram(['--port', '0', '--log-level', 'warn'], {}, { execArgv })
  const env = { EMULATOR_BASE_URL: `${await waitForServerUrl(program)}/v1` }
  expect((await startProgram(['conform'], env, { execArgv }).finished).stderr).toContain('NativeModule https')
  program.child.kill('SIGTERM')
  expect((await program.finished).stderr).toBe('')
})

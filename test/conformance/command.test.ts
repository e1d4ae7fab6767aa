import { connect } from 'node:net'
import { createServer as createSecureServer } from 'node:tls'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Sandbox } from '../../src/library/types.ts'
import { adminKey } from '../support/app.ts'
import { createCertificate } from '../support/certificate.ts'
import { conform, served } from '../support/conform-command.ts'
import { createTemporaryFile } from '../support/files.ts'
import { startProgram, waitForServerUrl } from '../support/program.ts'
import { startCrooked, startForeign } from '../support/tampering-proxy.ts'

describe('exit codes', () => {
  test('0 where all is the same, with a table', async () => {
    const { url, names } = await served()
    const flags = ['--base-url', `${url}/v1/`, '--admin-key', adminKey]
    const { code, stdout, stderr } = await conform(flags, {})
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^\| probe +\| evidence \| expected +\| seen +\| verdict +\|\n\| -+ \|/)
    expect(stdout).toMatch(
      /\n\n\d+ same, 0 differ, \d+ skipped, 0 failed, in \d+ requests, by admin-keys-emulator [\d.]+\.\n\d+ more with --write\.\n$/,
    )
    expect(stdout).not.toContain(adminKey)
    expect(await names()).toEqual(['Admin key'])
  })

  test('0 with --write, as JSON', async () => {
    const { env, names } = await served()
    const { code, stdout, stderr } = await conform(['--write', '--json'], env)
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout)).toMatchObject({ write: true, differs: 0, failed: 0, not_removed: 0, switches: {} })
    expect(await names()).toEqual(['Admin key'])
  })

  test('1 where something differs', async () => {
    const { env, emulator } = await served()
    await emulator.behavior.change({ unknown_route: 'empty' })
    const { code, stdout } = await conform([], env)
    expect(code).toBe(1)
    expect(stdout).toMatch(
      /^\| url-unknown +\| sibling +\| 404 code null, the sentence +\| 404, empty +\| differs \|$/m,
    )
    expect(stdout).toContain('The emulator answers as this server does with the behaviour `unknown_route: empty`.')
  })

  test('1 for each behaviour turned the other way, and for faults, with the probe that tells', async () => {
    const { url, emulator } = await served()
    const list = 'admin-api-keys-list'
    const more = { op: 'replace', path: '/has_more', value: true } as const
    const wrong: [name: string, make: (sandbox: Sandbox) => Promise<unknown>, probe: string][] = [
      ['auth', ({ behavior }) => behavior.change({ auth: 'any' }), 'auth-wrong'],
      ['state', ({ behavior }) => behavior.change({ state: 'discarded' }), 'retrieve-created'],
      ['scope', ({ behavior }) => behavior.change({ scope_error: 'string' }), 'auth-project'],
      ['cursor', ({ behavior }) => behavior.change({ deleted_cursor: 'reject' }), 'after-deleted'],
      ['limit', ({ behavior }) => behavior.change({ limit_out_of_range: 'reject' }), 'limit-zero'],
      ['route', ({ behavior }) => behavior.change({ unknown_route: 'empty' }), 'url-unknown'],
      [
        'more',
        ({ faults }) => faults.add({ operation: list, kind: 'json_patch', patch: [more], times: null }),
        'list-past-the-end',
      ],
      ['error', ({ faults }) => faults.add({ operation: list, kind: 'error', status: 500, times: null }), 'list'],
    ]
    await Promise.all(
      wrong.map(async ([name, make, probe]) => {
        await make(emulator.sandbox(name))
        const told = await conform(['--write'], { EMULATOR_BASE_URL: `${url}/sandbox/${name}/v1` })
        expect(told.code, name).toBe(1)
        expect(told.stdout, name).toMatch(new RegExp(`^\\| ${probe} .*\\| differs \\|$`, 'm'))
      }),
    )
  })

  test('1 for a server that knows nothing', async () => {
    const { code, stdout } = await conform([], { EMULATOR_BASE_URL: await startForeign(() => '{}') })
    expect(code).toBe(1)
    expect(stdout).toMatch(/^\| list .*\| 200, without object, data, .*\| differs \|$/m)
  })

  test('1 with one line where nobody answers', async () => {
    const told = await conform([], { EMULATOR_BASE_URL: 'http://127.0.0.1:1/v1' })
    expect(told).toMatchObject({ code: 1, stdout: '' })
    expect(told.stderr).toMatch(
      /^admin-keys-emulator: http:\/\/127\.0\.0\.1:1\/v1 cannot be asked: .*ECONNREFUSED.*\n$/,
    )
  })

  test('1 where the key is refused, after one request', async () => {
    const { env, emulator } = await served()
    const { code, stdout } = await conform(['--json', '--write'], { ...env, EMULATOR_ADMIN_KEY: 'sk-admin-of-nobody' })
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ requests: 1, differs: 1, same: 0 })
    expect(stdout).toContain('the admin key is refused')
    expect(await emulator.journal.list()).toHaveLength(1)
  })

  test.each([
    [[], /--base-url: must be given/],
    [['--base-url', 'ftp://x'], /--base-url.*'ftp:\/\/x' is invalid. It must be an http or https URL/],
    [['--base-url', 'http://x/v1?a=b'], /is invalid.*without user, query and fragment/],
    [['--base-url', 'http://a:b@x/v1'], /is invalid.*without user, query and fragment/],
    [['--base-url', 'http://x/v1', '--admin-key', 'none'], /--admin-key: must be the value of a key/],
    [['--base-url', 'http://x/v1', '--pace', '9'], /--pace.*'9' is invalid.*duration/],
    [['--base-url', 'http://x/v1', '--sandbox', 'a'], /unknown option '--sandbox'/],
  ])('2 for bad options: %j', async (args, message) => {
    const { code, stdout, stderr } = await conform(args, {})
    expect(stderr).toMatch(message)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })
})

describe('a service that allows few requests', () => {
  test('is asked no faster than --pace', async () => {
    const { url } = await served()
    const times: number[] = []
    const crooked = await startCrooked(url, { going: () => void times.push(performance.now()) })
    const { code } = await conform(['--pace', '20ms'], { EMULATOR_BASE_URL: `${crooked.url}/v1` })
    expect(code).toBe(1)
    expect(times.length).toBeGreaterThan(50)
    expect((times.at(-1) ?? 0) - (times[0] ?? 0)).toBeGreaterThan(20 * (times.length - 2))
  })

  test('is waited for as it says, and asked again', async () => {
    const { env, emulator } = await served()
    const fault = { operation: '*', kind: 'error', status: 429 } as const
    await emulator.faults.add({ ...fault, headers: { 'retry-after': '1' } })
    await emulator.faults.add({ ...fault, headers: { 'retry-after-ms': '300' }, times: 2 })
    const begun = performance.now()
    const { code, stdout } = await conform(['--json'], env)
    expect(performance.now() - begun).toBeGreaterThan(1600)
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ differs: 0 })
    expect((await emulator.faults.list()).map(({ remaining }) => remaining)).toEqual([0, 0])
  })

  test('but not for ever', async () => {
    const { env, emulator } = await served()
    const fault = { operation: '*', kind: 'error', status: 429, times: null } as const
    await emulator.faults.add({ ...fault, headers: { 'retry-after': '86400' } })
    const { code, stdout } = await conform(['--json'], env)
    expect(code).toBe(1)
    expect(stdout).toContain('429 type requests code rate_limit_exceeded')
  })
})

describe('over TLS', () => {
  async function secured() {
    const { url } = await served()
    const { key, cert } = createCertificate()
    const server = createSecureServer({ key, cert }, (socket) => {
      const onward = connect(Number(new URL(url).port), '127.0.0.1')
      socket.pipe(onward).pipe(socket)
      for (const each of [socket, onward]) each.on('error', () => each.destroy())
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    onTestFinished(() => void server.close())
    const { port } = server.address() as { port: number }
    return { env: { EMULATOR_BASE_URL: `https://127.0.0.1:${port}/v1` }, cert }
  }

  test('all is the same', async () => {
    const { env, cert } = await secured()
    const trusted = { ...env, NODE_EXTRA_CA_CERTS: createTemporaryFile('cert.pem', cert) }
    const { code, stdout, stderr } = await conform(['--write'], trusted)
    expect(stdout).not.toContain('| differs')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  })

  test('but not with a certificate that nobody vouches for', async () => {
    const { env } = await secured()
    const { code, stderr } = await conform([], env)
    expect(code).toBe(1)
    expect(stderr).toMatch(/cannot be asked: self-signed certificate.*\n$/)
  })
})

test('the key goes nowhere but into its header', async () => {
  const { url } = await served(['--admin-key', 'sk-admin-very-secret'])
  const crooked = await startCrooked(url)
  const env = { EMULATOR_BASE_URL: `${crooked.url}/v1`, EMULATOR_ADMIN_KEY: 'sk-admin-very-secret' }
  const { stdout, stderr } = await conform(['--write'], env)
  const elsewhere = crooked.seen.map(({ going: { url: asked, sent, headers } }) => {
    const { authorization: _, ...others } = headers
    return asked + sent.toString() + JSON.stringify(others)
  })
  expect([...elsewhere, stdout, stderr].filter((text) => text.includes('very-secret'))).toEqual([])
})

test('a start loads nothing that it needs', async () => {
  const told =
    "process.on('exit', () => require('node:fs').writeSync(2, String(process.moduleLoadList.filter((each) => / (https|tls)$/.test(each)))))"
  const execArgv = ['--require', createTemporaryFile('told.cjs', told)]
  const program = startProgram(['--port', '0', '--log-level', 'warn'], {}, { execArgv })
  const env = { EMULATOR_BASE_URL: `${await waitForServerUrl(program)}/v1` }
  expect((await startProgram(['conform'], env, { execArgv }).finished).stderr).toContain('NativeModule https')
  program.child.kill('SIGTERM')
  expect((await program.finished).stderr).toBe('')
})

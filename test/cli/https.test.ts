import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { connect } from 'node:tls'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { adminKey, keysUrl } from '../support/app.ts'
import { createCertificate } from '../support/certificate.ts'
import { createTemporaryFile, createTemporaryFolder } from '../support/files.ts'
import { runProgram, serve } from '../support/program.ts'
import { sendRaw } from '../support/raw-http.ts'
import { readSnippets } from '../support/snippets.ts'

const hasCurl = existsSync('/usr/bin/curl')
const hasOpenssl = existsSync('/usr/bin/openssl')

/** Writes a certificate and its key into files. */
function createFiles(...names: string[]) {
  const { cert, key } = createCertificate(...names)
  return { cert, certFile: createTemporaryFile('cert.pem', cert), keyFile: createTemporaryFile('key.pem', key) }
}

async function serveHttps(names = ['localhost'], args: string[] = []) {
  const { cert, certFile, keyFile } = createFiles(...names)
  const program = await serve(['--tls-cert', certFile, '--tls-key', keyFile, '--log-level', 'info', ...args])
  return { ...program, cert, certFile, port: new URL(program.url).port }
}

interface Sent {
  method?: string
  body?: string
}

/** Sends a request by HTTPS and trusts the certificate, as a client with NODE_EXTRA_CA_CERTS does. */
const send = (url: string, ca: string, { method = 'GET', body = '' }: Sent = {}) =>
  new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    const headers = { authorization: `Bearer ${adminKey}`, ...(body && { 'content-type': 'application/json' }) }
    request(url, { method, headers, ca, agent: false }, async (response) =>
      resolve({ status: response.statusCode, body: await text(response).catch(String) }),
    )
      .on('error', reject)
      .end(body)
  })

test('--tls-cert and --tls-key serve HTTPS on both addresses of localhost, and the URL begins with https://', async () => {
  const { url, cert, port, output } = await serveHttps()
  expect(url).toBe(`https://localhost:${port}`)
  expect(JSON.parse(output.stdout)).toMatchObject({ base_url: `${url}/v1`, docs: `${url}/docs` })
  expect(await send(url + keysUrl, cert)).toMatchObject({ status: 200 })
  for (const host of ['127.0.0.1', '::1']) {
    const socket = connect({ host, port: Number(port), servername: 'localhost', ca: cert })
    socket.write('NOT HTTP\r\n\r\n')
    expect(await text(socket)).toMatch(
      /^HTTP\/1\.1 400 .*x-emulator-reason: malformed_http; detail=HPE_INVALID_METHOD/s,
    )
  }
})

test.runIf(hasOpenssl)('the openssl command of docs/https.md creates a certificate for localhost', async () => {
  const snippets = readSnippets(new URL('../../docs/https.md', import.meta.url)).map(({ text }) => text)
  const command = snippets.find((each) => each.includes('openssl req')) ?? ''
  const start = snippets.find((each) => each.startsWith('admin-keys-emulator --tls-cert')) ?? ''
  const cwd = createTemporaryFolder()
  await promisify(execFile)('bash', ['-euc', command], { cwd })
  const [, ...args] = start.trim().split(' ')
  const { url } = await serve(args.map((each) => (each.endsWith('.pem') ? join(cwd, each) : each)))
  const { port } = new URL(url)
  const ca = readFileSync(join(cwd, 'cert.pem'), 'utf8')
  for (const host of ['localhost', '127.0.0.1', '[::1]'])
    expect(await send(`https://${host}:${port}/health`, ca)).toMatchObject({ status: 200 })
})

test('a sandbox created by HTTPS has a base URL with https://', async () => {
  const { url, cert } = await serveHttps()
  const { body } = await send(`${url}/_emulator/sandboxes`, cert, { method: 'POST', body: '{"name":"a"}' })
  expect(JSON.parse(body).base_url).toBe(`${url}/sandbox/a/v1`)
})

test('HTTPS serves HTTP/1.1 only', async () => {
  const { cert, port } = await serveHttps()
  const socket = connect({ port: Number(port), servername: 'localhost', ca: cert, ALPNProtocols: ['h2', 'http/1.1'] })
  onTestFinished(() => void socket.destroy())
  await new Promise((resolve) => socket.once('secureConnect', resolve))
  expect(socket.alpnProtocol).toBe('http/1.1')
})

test.each([
  ['--tls-cert alone', ({ certFile }) => ['--tls-cert', certFile], /^the TLS key is missing: /],
  ['--tls-key alone', ({ keyFile }) => ['--tls-key', keyFile], /^the TLS certificate is missing: /],
  [
    'a certificate and a key that are swapped',
    ({ certFile, keyFile }) => ['--tls-cert', keyFile, '--tls-key', certFile],
    /^the TLS certificate and key are swapped: \S+key\.pem has a key, \S+cert\.pem a certificate$/,
  ],
  [
    'the key of another certificate',
    ({ certFile }) => ['--tls-cert', certFile, '--tls-key', createFiles().keyFile],
    /^TLS key \S+key\.pem: does not belong to the certificate \S+cert\.pem$/,
  ],
  [
    'a certificate whose issuer is truncated',
    ({ certFile, keyFile }) => {
      const cert = readFileSync(certFile, 'utf8')
      const chain = createTemporaryFile('chain.pem', cert + cert.slice(0, 200))
      return ['--tls-cert', chain, '--tls-key', keyFile]
    },
    /^TLS cannot use the certificate and its key: /,
  ],
  [
    'a certificate that does not exist',
    ({ keyFile }) => ['--tls-cert', '/nowhere.pem', '--tls-key', keyFile],
    /^TLS certificate \/nowhere\.pem: cannot be read: ENOENT/,
  ],
  [
    'a key that is a folder',
    ({ certFile }) => ['--tls-cert', certFile, '--tls-key', '/'],
    /^TLS key \/: cannot be read: EISDIR/,
  ],
  [
    'a file that is not a certificate',
    ({ keyFile }) => ['--tls-cert', createTemporaryFile('x.pem', 'x'), '--tls-key', keyFile],
    /^TLS certificate \S+x\.pem: must be a PEM certificate: /,
  ],
  [
    'an empty key',
    ({ certFile }) => ['--tls-cert', certFile, '--tls-key', createTemporaryFile('x.pem', '')],
    /^TLS key \S+x\.pem: must be an unencrypted PEM private key: /,
  ],
] satisfies [string, (files: ReturnType<typeof createFiles>) => string[], RegExp][])(
  'the start refuses %s with exit code 2 and one line',
  async (_case, argsOf, expected) => {
    const { code, stdout, stderr } = await runProgram(['--port', '0', ...argsOf(createFiles())])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    const [line = '', ...rest] = stderr.split('\n')
    expect(rest).toEqual([''])
    expect(line.replace('admin-keys-emulator: ', '')).toMatch(expected)
  },
)

test.each(['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'CONNECT', 'QUERY'])(
  'plain HTTP with %s to the port of HTTPS gets 400, and the log says why',
  async (method) => {
    const { port, output } = await serveHttps()
    const request = `${method} ${keysUrl} HTTP/1.1\r\nHost: localhost\r\n\r\n`
    const response = await sendRaw(`http://127.0.0.1:${port}`, request, { quietMs: 5000 })
    const [head = '', body] = response.split('\r\n\r\n')
    expect(head).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
    expect(head).toMatch(/^content-type: text\/plain; charset=utf-8\r$/m)
    expect(head).toMatch(/^x-emulator-reason: plain_http; this port serves HTTPS: use https:\/\/\r$/m)
    expect(head).toMatch(/^connection: close$/m)
    expect(body).toBe('The request was plain HTTP, but this port serves HTTPS: use https://\n')
    expect(head).toContain(`content-length: ${body?.length}\r\n`)
    await expect
      .poll(() => output.stderr)
      .toContain('"reason":"tls_handshake_failed; plain_http; this port serves HTTPS: use https://"')
  },
)

test('what is neither TLS nor HTTP is closed at the port of HTTPS, and TLS is served afterwards', async () => {
  const { port, cert } = await serveHttps()
  // A TLS record of a length that no record may have.
  await sendRaw(`http://127.0.0.1:${port}`, Buffer.from('160301ffff0100', 'hex'), { quietMs: 5000 })
  const agent = connect({ host: 'localhost', port: Number(port), ca: cert })
  await once(agent, 'secureConnect')
  agent.destroy()
})

// Node's own client does not tell the server why it closes the connection.
test.runIf(hasCurl)('the log names a client that does not trust the certificate', async () => {
  const { url, output } = await serveHttps()
  await expect(promisify(execFile)('curl', ['-s', `${url}/health`])).rejects.toMatchObject({ code: 60 })
  const reason =
    'tls_handshake_failed; detail=ERR_SSL_TLSV1_ALERT_UNKNOWN_CA; the client does not trust the certificate'
  await expect.poll(() => output.stderr).toContain(`"reason":"${reason}"`)
})

test('wait, healthcheck, env, reset and state work with --tls-cert, also for another name, and with EMULATOR_TLS_CERT', async () => {
  const { certFile, port } = await serveHttps(['api.openai.com'])
  for (const command of ['wait', 'healthcheck', 'reset', 'state', 'env']) {
    for (const [args, env] of [
      [['--tls-cert', certFile], {}],
      [[], { EMULATOR_TLS_CERT: certFile }],
    ] as const) {
      const { code, stderr, stdout } = await runProgram([command, '--port', port, ...args], env)
      expect({ command, code, stderr }).toMatchObject({ code: 0 })
      if (command === 'env') expect(stdout).toContain(`OPENAI_BASE_URL='https://localhost:${port}/v1'`)
    }
  }
})

test('commands with --url trust NODE_EXTRA_CA_CERTS, and name what is missing without it', async () => {
  const { certFile, url } = await serveHttps()
  const trusting = { EMULATOR_URL: url, EMULATOR_JSON: 'false', NODE_EXTRA_CA_CERTS: certFile }
  for (const command of ['wait', 'healthcheck', 'reset'])
    expect(await runProgram([command], trusting)).toMatchObject({ code: 0 })
  const { code, stderr } = await runProgram(['reset', '--url', url])
  expect(code).toBe(1)
  const message = `cannot connect to ${url}: its certificate is not trusted: give it with --tls-cert or NODE_EXTRA_CA_CERTS`
  expect(stderr).toContain(`admin-keys-emulator: ${message} (self-signed certificate`)
})

test('a command that is given the certificate of another server does not trust this one', async () => {
  const { port } = await serveHttps()
  const { code, stderr } = await runProgram(['reset', '--port', port, '--tls-cert', createFiles('localhost').certFile])
  expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('is not trusted') })
})

test.each(['connection_reset', 'empty_response', 'truncated_body', 'hang'])(
  'the fault %s works over HTTPS, and the server goes on',
  async (kind) => {
    const { url, cert } = await serveHttps()
    const fault = JSON.stringify({ operation: 'list', kind })
    expect(await send(`${url}/_emulator/faults`, cert, { method: 'POST', body: fault })).toMatchObject({ status: 201 })
    const faulty = send(url + keysUrl, cert)
    if (kind === 'truncated_body') expect(await faulty).toMatchObject({ status: 200, body: 'Error: aborted' })
    else if (kind !== 'hang') await expect(faulty).rejects.toMatchObject({ code: 'ECONNRESET' })
    else faulty.catch(() => {})
    expect(await send(url + keysUrl, cert)).toMatchObject({ status: 200 })
  },
)

test('SIGTERM ends a server with HTTPS', async () => {
  const { child, finished, url, cert } = await serveHttps()
  expect(await send(url + keysUrl, cert)).toMatchObject({ status: 200 })
  child.kill('SIGTERM')
  expect((await finished).code).toBe(0)
})

import { get } from 'node:https'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { connect, startEmulator } from '../../src/library/index.ts'
import { keysUrl } from '../support/app.ts'
import { createCertificate } from '../support/certificate.ts'
import { createTemporaryFile } from '../support/files.ts'
import { serve } from '../support/program.ts'

function createFiles(...names: string[]) {
  const { cert, key } = createCertificate(...names)
  return { cert, tlsCert: createTemporaryFile('cert.pem', cert), tlsKey: createTemporaryFile('key.pem', key) }
}

const list = (url: string, ca: string) =>
  new Promise<string>((resolve, reject) => {
    const headers = { authorization: 'Bearer sk-admin-local' }
    get(url + keysUrl, { headers, ca, agent: false }, async (response) => resolve(await text(response))).on(
      'error',
      reject,
    )
  })

// The example in docs/https.md.
test('startEmulator() with tlsCert and tlsKey serves HTTPS, and its controls and streams work', async () => {
  const { cert, ...files } = createFiles('localhost')
  await using emulator = await startEmulator(files)
  expect(emulator.url).toMatch(/^https:\/\/localhost:\d+$/)
  expect(emulator.baseURL).toBe(`${emulator.url}/v1`)
  const following = emulator.journal.follow()[Symbol.asyncIterator]().next()
  await emulator.reset({ only: ['journal'] })
  const wait = setInterval(() => list(emulator.url, cert).catch(() => {}), 100)
  expect((await following).value).toMatchObject({ operation: 'admin-api-keys-list', status: 200 })
  clearInterval(wait)
})

test('emulators with different certificates and with plain HTTP work side by side', async () => {
  const { cert: _, ...files } = createFiles('localhost')
  await using first = await startEmulator(files)
  await using plain = await startEmulator()
  const { cert: __, ...others } = createFiles('other.example')
  await using second = await startEmulator(others)
  for (const emulator of [first, second, plain, first]) await emulator.clock.set({ frozen: true })
})

test('connect() trusts the certificate in tlsCert, and no other', async () => {
  const { tlsCert, tlsKey } = createFiles('api.openai.com')
  const { url } = await serve(['--tls-cert', tlsCert, '--tls-key', tlsKey])
  await expect(connect(url)).rejects.toMatchObject({
    code: 'unreachable',
    message: expect.stringContaining('not trusted'),
  })
  await expect(connect({ url, tlsCert: createFiles('localhost').tlsCert })).rejects.toMatchObject({
    code: 'unreachable',
  })
  const emulator = await connect({ url, tlsCert })
  expect(await emulator.clock.get()).toMatchObject({ frozen: false })
})

test('the wrong scheme is named in the error', async () => {
  await using plain = await startEmulator()
  await expect(connect(plain.url.replace('http:', 'https:'))).rejects.toThrow(
    'it may serve plain HTTP: then use http:// (wrong version number)',
  )
})

test.each([
  [{ tlsCert: 'cert.pem' }, 'the TLS key is missing'],
  [{ tlsKey: 'key.pem' }, 'the TLS certificate is missing'],
  [{ tlsCert: '/nowhere', tlsKey: '/nowhere' }, 'TLS certificate /nowhere: cannot be read'],
  [{ tlsCert: '' }, 'tlsCert: "" is invalid. It must not be empty.'],
])('startEmulator(%j) rejects with UserError', async (options, message) => {
  await expect(startEmulator(options)).rejects.toMatchObject({
    name: 'UserError',
    message: expect.stringContaining(message),
  })
})

test('connect() rejects a tlsCert that is not a certificate', async () => {
  const url = 'https://localhost:1'
  await expect(connect({ url, tlsCert: createTemporaryFile('x.pem', 'x') })).rejects.toThrow(
    'must be a PEM certificate',
  )
  await expect(connect({ url, tlsCert: 1 as never })).rejects.toThrow('tlsCert: 1 is invalid. It must be a string')
})

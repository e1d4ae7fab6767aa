import { type AddressInfo, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { runProgram, serve, startProgram } from '../support/program.ts'

const portOf = (url: string) => new URL(url).port

test('wait succeeds once the emulator is ready, even if it starts later', async () => {
  const first = await serve()
  const port = portOf(first.url)
  first.child.kill('SIGTERM')
  await first.finished
  const waiting = startProgram(['wait', '--port', port, '--timeout', '15s'])
  await sleep(500)
  startProgram(['--port', port, '--log-level', 'warn'])
  expect((await waiting.finished).code).toBe(0)
})

test('wait and healthcheck fail with one line if no emulator is running', async () => {
  const waitResult = await runProgram(['wait', '--port', '1', '--timeout', '200ms'])
  expect(waitResult).toMatchObject({ code: 1, stdout: '' })
  expect(waitResult.stderr).toMatch(
    /^admin-keys-emulator: http:\/\/127\.0\.0\.1:1\/ready was not ready within 200 ms: .*ECONNREFUSED.*\n$/,
  )
  const healthcheckResult = await runProgram(['healthcheck', '--port', '1'])
  expect(healthcheckResult).toMatchObject({ code: 1, stdout: '' })
  expect(healthcheckResult.stderr).toMatch(
    /^admin-keys-emulator: http:\/\/127\.0\.0\.1:1\/health is not healthy: .*\n$/,
  )
})

test('wait respects its timeout if the server does not respond', async () => {
  const silentServer = createServer(() => {}).listen(0, '127.0.0.1')
  await new Promise((resolve) => silentServer.once('listening', resolve))
  const port = String((silentServer.address() as AddressInfo).port)
  const startedAt = performance.now()
  expect((await runProgram(['wait', '--port', port, '--timeout', '300ms'])).code).toBe(1)
  expect(performance.now() - startedAt).toBeLessThan(1800)
  silentServer.close()
})

test('--port overrides EMULATOR_URL', async () => {
  const { url } = await serve()
  const env = { EMULATOR_URL: 'http://127.0.0.1:1' }
  expect((await runProgram(['healthcheck'], env)).code).toBe(1)
  expect((await runProgram(['healthcheck', '--port', portOf(url)], env)).code).toBe(0)
})

test('healthcheck reads the port from EMULATOR_PORT, as in a container', async () => {
  const { url } = await serve()
  expect(await runProgram(['healthcheck'], { EMULATOR_PORT: portOf(url), EMULATOR_HOST: '0.0.0.0' })).toEqual({
    code: 0,
    stdout: '',
    stderr: '',
  })
  expect((await runProgram(['healthcheck', '--url', `${url}/`])).code).toBe(0)
})

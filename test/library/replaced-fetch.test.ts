import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { startEmulator } from '../../src/library/index.ts'
import { runScript } from '../support/program.ts'

afterEach(() => void vi.unstubAllGlobals())

test('the controls work while a test replaces fetch, and do not call the replacement', async () => {
  await using emulator = await startEmulator()
  await emulator.state.add({ keys: [{ name: 'added' }] })
  const fetchStub = vi.fn(async () => new Response('{}'))
  vi.stubGlobal('fetch', fetchStub)
  await emulator.reset()
  expect((await emulator.state.get()).keys?.map(({ name }) => name)).toEqual(['Admin key'])
  expect(fetchStub).not.toHaveBeenCalled()
})

test('the controls never go through the proxy of the environment', async () => {
  let proxied = 0
  const proxy = createServer((_request, response) => {
    proxied++
    response.writeHead(502).end()
  })
  await once(proxy.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => void proxy.close())
  const script = `
    const { startEmulator, connect } = require('./lib/index.cjs')
    startEmulator().then(async ({ url, reset, close }) => {
      await reset()
      await (await connect(url)).clock.advance('1d')
      await close()
      console.log('done')
    })`
  const proxyUrl = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
  const { stdout, stderr } = await runScript(script, { NODE_USE_ENV_PROXY: '1', HTTP_PROXY: proxyUrl, NO_PROXY: '' })
  expect({ stdout, stderr, proxied }).toEqual({ stdout: 'done\n', stderr: '', proxied: 0 })
})

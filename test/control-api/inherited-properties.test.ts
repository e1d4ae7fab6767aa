import { describe, expect, test } from 'vitest'
import { adminKey, keysUrl, startApp } from '../support/app.ts'
import { startControlApp } from '../support/control-app.ts'
import { sendRaw } from '../support/raw-http.ts'

const inherited = ['constructor', 'toString', 'hasOwnProperty', 'valueOf']
const textOf = (name: string) => String((Object.prototype as unknown as Record<string, unknown>)[name])

describe('a fault that matches a header that every JavaScript object inherits', () => {
  test.each(inherited)('does not fire for a request without the header %s', async (name) => {
    const { call, control } = await startControlApp()
    const header = { [name]: textOf(name).replaceAll(/\s+/g, ' ') }
    for (const match of [{ header: { [name]: textOf(name) } }, { header }]) {
      await control('POST', '/faults', { operation: '*', kind: 'error', status: 500, match })
    }
    expect((await call('GET', keysUrl)).status).toBe(200)
  })

  test.each(inherited)('fires for a request with the header %s', async (name) => {
    const { listen, control } = await startControlApp()
    await control('POST', '/faults', { operation: '*', kind: 'error', status: 500, match: { header: { [name]: 'x' } } })
    const request = `GET ${keysUrl} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${adminKey}\r\n${name}: x\r\n\r\n`
    expect(await sendRaw(await listen(), request)).toMatch(/^HTTP\/1\.1 500 /)
  })
})

test.each(inherited)('a fault sends a response header named %s', async (name) => {
  const { call, control } = await startControlApp()
  const fault = { operation: '*', kind: 'error', status: 500, headers: { [name]: 'x' } }
  expect((await control('POST', '/faults', fault)).status).toBe(201)
  expect((await call('GET', keysUrl)).headers[name.toLowerCase()]).toBe('x')
})

describe('the header __proto__, which no Node server receives or sends, is rejected', () => {
  test.each([
    ['application/json', '/headers/__proto__', '"kind":"error","status":500,"headers":{"__proto__":"x"}'],
    ['application/json', '/headers/__PROTO__', '"kind":"error","status":500,"headers":{"__PROTO__":"x"}'],
    ['application/json', '/match/header/__proto__', '"kind":"hang","match":{"header":{"__proto__":"[object Object]"}}'],
    ['application/yaml', '/match/header/__proto__', '"kind":"hang","match":{"header":{"__proto__":"[object Object]"}}'],
  ])('%s %s', async (type, param, fields) => {
    const { call, control } = await startControlApp()
    const response = await call('POST', '/_emulator/faults', {
      as: null,
      headers: { 'content-type': type },
      rawBody: `{"operation":"*",${fields}}`,
    })
    expect([response.status, response.body.error.param]).toEqual([400, param])
    expect((await control('GET', '/faults')).body.data).toEqual([])
    expect((await call('GET', keysUrl)).status).toBe(200)
  })
})

test.each(['__proto__', ...inherited])(
  'the body field and query parameter %s are unknown wherever they are sent',
  async (name) => {
    const { call } = await startApp()
    for (const [method, path] of [
      ['PATCH', '/behavior'],
      ['PUT', '/clock'],
      ['POST', '/reset'],
      ['POST', '/faults'],
      ['PUT', '/state'],
      ['POST', '/sandboxes'],
    ] as const) {
      const response = await call(method, `/_emulator${path}`, { as: null, rawBody: `{"${name}":{"x":1}}` })
      expect([path, response.status]).toEqual([path, 400])
    }
    expect((await call('GET', `/_emulator/journal?${name}=1`, { as: null })).status).toBe(400)
  },
)

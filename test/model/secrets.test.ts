import fc from 'fast-check'
import { expect } from 'vitest'
import { type Call, keysUrl } from '../support/app.ts'
import { jsonEscaping, unescapeAll, urlEncoding } from './harness/escaping.ts'
import { propertyTest } from './harness/property.ts'
import { startRecordedApp } from './harness/recorded-app.ts'

/** Creates a request that contains the key's value, in some encoding, where it does not belong. */
type CreateLeakingRequest = (value: string) => [method: string, url: string, call?: Call]

const leakingRequests: fc.Arbitrary<CreateLeakingRequest> = fc.oneof(
  urlEncoding.map<CreateLeakingRequest>((encode) => (value) => ['GET', `${keysUrl}/${encode(value)}`]),
  urlEncoding.map<CreateLeakingRequest>((encode) => (value) => ['DELETE', `${keysUrl}/${encode(value)}`]),
  urlEncoding.map<CreateLeakingRequest>((encode) => (value) => ['GET', `${keysUrl}?after=${encode(value)}`]),
  urlEncoding.map<CreateLeakingRequest>((encode) => (value) => ['GET', `${keysUrl}?${encode(value)}=1&limit=1`]),
  urlEncoding.map<CreateLeakingRequest>((encode) => (value) => ['GET', `/v1/${encode(value)}?x=${encode(value)}`]),
  urlEncoding.map<CreateLeakingRequest>((encode) => (value) => ['PATCH', `${keysUrl}/${encode(value)}`]),
  urlEncoding.map<CreateLeakingRequest>((encode) => (value) => [
    'GET',
    keysUrl,
    { headers: { 'x-note': encode(value), cookie: `k=${value}` } },
  ]),
  fc.constant<CreateLeakingRequest>((value) => ['GET', keysUrl, { as: null, headers: { authorization: value } }]),
  fc.constant<CreateLeakingRequest>((value) => [
    'GET',
    keysUrl,
    { as: null, headers: { authorization: `Basic ${value}` } },
  ]),
  fc.constant<CreateLeakingRequest>((value) => ['GET', keysUrl, { as: value }]),
  fc.constant<CreateLeakingRequest>((value) => ['GET', keysUrl, { as: `${value} ` }]),
  jsonEscaping.map<CreateLeakingRequest>((encode) => (value) => [
    'POST',
    keysUrl,
    { rawBody: `{"name":5,"note":"${encode(value)}"}` },
  ]),
  jsonEscaping.map<CreateLeakingRequest>((encode) => (value) => [
    'POST',
    keysUrl,
    { rawBody: `{"name":"a","${encode(value)}":1}` },
  ]),
  jsonEscaping.map<CreateLeakingRequest>((encode) => (value) => [
    'POST',
    keysUrl,
    { rawBody: `{"name": ${encode(value)}` },
  ]),
)

const controlPaths = '/journal /state /faults /snapshots /sandboxes /behavior /clock'.split(' ')

propertyTest(
  'only the create response contains the key value, wherever and however encoded clients send it',
  async () => {
    const { call, control, create, assertProperty } = await startRecordedApp()
    await assertProperty(fc.array(leakingRequests, { minLength: 1, maxLength: 12 }), 40, async (sequence) => {
      await control('DELETE', '/journal')
      const { id, value } = await create()
      for (const createRequest of sequence) {
        const [method, url, init] = createRequest(value)
        const { headers } = await call(method, url, init)
        expect(unescapeAll(headers['x-emulator-reason'] ?? '')).not.toContain(value)
      }
      for (const path of controlPaths) {
        const { status, text } = await control('GET', path)
        expect(status).toBe(200)
        expect(unescapeAll(text).includes(value), `${path}: ${text}`).toBe(false)
      }
      for (const url of [keysUrl, `${keysUrl}/${id}`]) expect((await call('GET', url)).text).not.toContain(value)
      await call('DELETE', `${keysUrl}/${id}`)
      expect((await call('GET', keysUrl, { as: value })).text).not.toContain(value)
    })
  },
)

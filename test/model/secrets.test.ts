import fc from 'fast-check'
import { expect } from 'vitest'
import { type Call, keysUrl } from '../support/app.ts'
import { inJson, inUrl, plain } from './generated/escaping.ts'
import { startRecorded } from './generated/journal-model.ts'
import { generated } from './generated/property.ts'

/** A request that holds a value, written somehow, where it has no business. */
type Slip = (value: string) => [method: string, url: string, call?: Call]

const slips: fc.Arbitrary<Slip> = fc.oneof(
  inUrl.map<Slip>((write) => (value) => ['GET', `${keysUrl}/${write(value)}`]),
  inUrl.map<Slip>((write) => (value) => ['DELETE', `${keysUrl}/${write(value)}`]),
  inUrl.map<Slip>((write) => (value) => ['GET', `${keysUrl}?after=${write(value)}`]),
  inUrl.map<Slip>((write) => (value) => ['GET', `${keysUrl}?${write(value)}=1&limit=1`]),
  inUrl.map<Slip>((write) => (value) => ['GET', `/v1/${write(value)}?x=${write(value)}`]),
  inUrl.map<Slip>((write) => (value) => ['PATCH', `${keysUrl}/${write(value)}`]),
  inUrl.map<Slip>((write) => (value) => [
    'GET',
    keysUrl,
    { headers: { 'x-note': write(value), cookie: `k=${value}` } },
  ]),
  fc.constant<Slip>((value) => ['GET', keysUrl, { as: null, headers: { authorization: value } }]),
  fc.constant<Slip>((value) => ['GET', keysUrl, { as: null, headers: { authorization: `Basic ${value}` } }]),
  fc.constant<Slip>((value) => ['GET', keysUrl, { as: value }]),
  fc.constant<Slip>((value) => ['GET', keysUrl, { as: `${value} ` }]),
  inJson.map<Slip>((write) => (value) => ['POST', keysUrl, { rawBody: `{"name":5,"note":"${write(value)}"}` }]),
  inJson.map<Slip>((write) => (value) => ['POST', keysUrl, { rawBody: `{"name":"a","${write(value)}":1}` }]),
  inJson.map<Slip>((write) => (value) => ['POST', keysUrl, { rawBody: `{"name": ${write(value)}` }]),
)

const isShown = '/journal /state /faults /snapshots /sandboxes /behavior /clock'.split(' ')

generated('no answer but that to its creation holds a value, wherever and however a client wrote it', async () => {
  const { call, control, create, holds } = await startRecorded()
  await holds(fc.array(slips, { minLength: 1, maxLength: 12 }), 40, async (sequence) => {
    await control('DELETE', '/journal')
    const { id, value } = await create()
    for (const slip of sequence) {
      const [method, url, rest] = slip(value)
      const { headers } = await call(method, url, rest)
      expect(plain(headers['x-emulator-reason'] ?? '')).not.toContain(value)
    }
    for (const path of isShown) {
      const { status, text } = await control('GET', path)
      expect(status).toBe(200)
      expect(plain(text).includes(value), `${path}: ${text}`).toBe(false)
    }
    for (const url of [keysUrl, `${keysUrl}/${id}`]) expect((await call('GET', url)).text).not.toContain(value)
    await call('DELETE', `${keysUrl}/${id}`)
    expect((await call('GET', keysUrl, { as: value })).text).not.toContain(value)
  })
})

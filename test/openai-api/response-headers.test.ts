import { expect, test } from 'vitest'
import { keysUrl, startApp } from '../support/app.ts'

test('success and error responses carry the headers of the API and a content type without a charset', async () => {
  const { call } = await startApp({ seed: 'organization: { id: org-acme }' })
  for (const [method, url] of [
    ['GET', keysUrl],
    ['GET', `${keysUrl}/key_none`],
    ['GET', '/v1/unknown'],
    ['PATCH', keysUrl],
  ] as const) {
    const { headers } = await call(method, url)
    expect(headers['content-type']).toBe('application/json')
    expect(headers['x-request-id']).toMatch(/^req_[0-9a-f]{32}$/)
    expect(headers['openai-organization']).toBe('org-acme')
    expect(headers['openai-version']).toBe('2020-10-01')
    expect(headers['openai-processing-ms']).toMatch(/^\d+$/)
  }
})

test('the request IDs of 200 concurrent requests are unique', async () => {
  const { call } = await startApp()
  const responses = await Promise.all(Array.from({ length: 200 }, () => call('GET', keysUrl)))
  expect(new Set(responses.map(({ headers }) => headers['x-request-id'])).size).toBe(200)
})

test('a success response has no rate-limit, retry or emulator headers', async () => {
  const { call } = await startApp()
  const { headers } = await call('GET', keysUrl)
  expect(Object.keys(headers).filter((name) => /ratelimit|retry|emulator/.test(name))).toEqual([])
})

test('an organization without an ID in the seed has a generated ID in the format of the API', async () => {
  const { call } = await startApp()
  expect((await call('GET', keysUrl)).headers['openai-organization']).toMatch(/^org-[A-Za-z0-9]{24}$/)
})

import { expect, test } from 'vitest'
import { keysUrl, startApp } from '../support/app.ts'

test('a success says who answered, in the headers of the API and with its bare content type', async () => {
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

test('request ids are all different', async () => {
  const { call } = await startApp()
  const answers = await Promise.all(Array.from({ length: 200 }, () => call('GET', keysUrl)))
  expect(new Set(answers.map(({ headers }) => headers['x-request-id'])).size).toBe(200)
})

test('there are no rate-limit headers, and a success has no reason', async () => {
  const { call } = await startApp()
  const { headers } = await call('GET', keysUrl)
  expect(Object.keys(headers).filter((name) => /ratelimit|retry|emulator/.test(name))).toEqual([])
})

test('the organization has an id of the API unless the seed gives one', async () => {
  const { call } = await startApp()
  expect((await call('GET', keysUrl)).headers['openai-organization']).toMatch(/^org-[A-Za-z0-9]{24}$/)
})

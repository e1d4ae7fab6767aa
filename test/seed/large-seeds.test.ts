import { expect, test } from 'vitest'
import { keysUrl, startApp } from '../support/app.ts'
import { createTemporaryFile, createTemporaryFolder } from '../support/files.ts'

// More than are inserted one by one, and an image that is compressed.
const count = 50_000

const seed = () =>
  createTemporaryFile(
    'seed.yaml',
    [
      'keys:',
      `  - { generate: ${count}, id: "key_{n}", name: "load-{n}" }`,
      '  - { id: key_listed, name: listed, value: sk-admin-listed }',
      'projects:',
      '  - id: proj_large',
      '    name: Large',
      `    api_keys: [{ generate: ${count}, id: "key_user_{n}", name: "user-{n}" }]`,
      `audit_logs: [{ generate: ${count}, id: "audit_log-{n}", type: login.succeeded }]`,
    ].join('\n'),
  )

const paths = {
  key: `${keysUrl}/key_${count}`,
  projectKey: `/v1/organization/projects/proj_large/api_keys/key_user_${count}`,
  events: `/v1/organization/audit_logs?after=audit_log-${count}&limit=1`,
}

test.each(['memory', 'file'])(
  'a large seed in %s is found by id and by value, and a reset returns to it',
  async (kind) => {
    const dataDirectory = kind === 'file' ? createTemporaryFolder() : undefined
    const { app, call } = await startApp({ seed: [seed()], ...(dataDirectory === undefined ? {} : { dataDirectory }) })
    const read = async () => Promise.all(Object.values(paths).map(async (path) => (await call('GET', path)).text))
    const before = await read()
    expect(before[0]).toContain(`"name":"load-${count}"`)
    expect(before[1]).toContain(`"name":"user-${count}"`)
    expect(before[2]).toContain('"data":[{')
    expect((await call('GET', paths.key, { as: 'sk-admin-listed' })).status).toBe(200)
    expect((await call('DELETE', paths.key)).status).toBe(200)
    expect((await call('POST', '/_emulator/reset')).status).toBe(200)
    expect(await read()).toEqual(before)
    await app.close()
    if (dataDirectory === undefined) return
    const restarted = await startApp({ dataDirectory })
    expect((await restarted.call('GET', paths.key)).text).toBe(before[0])
  },
)

test('deleted keys of a large seed take no longer than others', async () => {
  const keys = Array.from({ length: 20_000 }, (_, n) => ({ name: `key ${n}`, deleted: n % 2 === 0 }))
  const api_keys = keys.slice(0, 10_000)
  const path = createTemporaryFile('seed.json', JSON.stringify({ keys, projects: [{ name: 'Large', api_keys }] }))
  const startedAt = performance.now()
  const { call } = await startApp({ seed: [path] })
  // One by one, they took 3 s for the keys alone.
  expect(performance.now() - startedAt).toBeLessThan(3000)
  const { body } = await call('GET', `${keysUrl}?limit=2`)
  expect(body.data.map(({ name }: { name: string }) => name)).toEqual(['Admin key', 'key 1'])
})

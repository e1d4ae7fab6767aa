import { describe, expect, test } from 'vitest'
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

test('generated keys differ from a listed key only in id, name and value', async () => {
  const fields = {
    created_at: '2026-01-01T00:00:00Z',
    expires_at: '2030-01-01T00:00:00Z',
    last_used_at: '2026-01-02T00:00:00Z',
    owner: { type: 'service_account', id: 'sa_"{n}"', name: 'bot {n} %s \\ é', created_at: 1 },
    scopes: ['api.management.read'],
  }
  const name = 'a "quoted" \\ {n} of {n} %d é 🔑 \u0001'
  const keys = [
    { ...fields, id: 'key_"{n}"', name, generate: 1001 },
    { ...fields, name: null, generate: 2 },
    { ...fields, id: 'key_listed', name: name.replaceAll('{n}', '1001') },
  ]
  const { call } = await startApp({ seed: [createTemporaryFile('seed.json', JSON.stringify({ keys }))] })
  for (const redaction of ['documented', 'masked']) {
    await call('PATCH', '/_emulator/behavior', { body: { redaction } })
    const { keys: exported } = (await call('GET', '/_emulator/state')).body
    const [admin, ...rest] = exported
    expect(admin.name).toBe('Admin key')
    expect(rest).toHaveLength(1004)
    const listed = rest.at(-1)
    const varying = {
      value_sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      redacted_value: expect.stringMatching(
        redaction === 'masked' ? /^sk-admin\*{121}[\w-]{4}$/ : /^sk-admin\.{3}[\w-]{3}$/,
      ),
    }
    expect(listed).toEqual({ ...listed, ...varying })
    expect(rest[1000]).toEqual({ ...listed, ...varying, id: 'key_"1001"' })
    expect(rest[1001]).toEqual({
      ...listed,
      ...varying,
      id: expect.stringMatching(/^key_[A-Za-z0-9]{16}$/),
      name: null,
    })
    for (const field of ['id', 'value_sha256']) {
      expect(new Set(rest.map((key: Record<string, string>) => key[field])).size).toBe(1004)
    }
    const retrieved = await Promise.all(
      [rest[1000], listed].map(async ({ id }) => (await call('GET', `${keysUrl}/${encodeURIComponent(id)}`)).text),
    )
    const withoutVarying = retrieved.map((text) =>
      text.replace(/"id":"key_(\\"1001\\"|listed)"|"redacted_value":"[^"]*"/g, ''),
    )
    expect(withoutVarying[0]).toBe(withoutVarying[1])
  }
})

describe('an id of a series of 10000', () => {
  const series = '{ generate: 10000, id: "key_{n}0", name: x }'
  test.each([
    ['{ id: key_100000, name: x }', 'key_100000'],
    ['{ id: key_70, name: x }', 'key_70'],
    ['{ generate: 10000, id: "key_1{n}", name: x }', 'key_110'],
    ['{ generate: 3, id: "key_{n}00", name: x }', 'key_100'],
  ])('that %s has too is a mistake, whichever comes first', async (other, id) => {
    const line = (text: string) => `  - ${text}\n`
    await expect(startApp({ seed: `keys:\n${line(series)}${line(other)}` })).rejects.toThrow(
      `line 3, /keys/1/id: duplicate id \`${id}\`, first used on line 2`,
    )
    await expect(startApp({ seed: `keys:\n${line(other)}${line(series)}` })).rejects.toThrow(
      `line 3, /keys/1/id: duplicate id \`${id}\`, first used on line 2`,
    )
  })

  test.each([
    '{ id: key_0, name: x }',
    '{ id: key_100010, name: x }',
    '{ id: key_010, name: x }',
    '{ id: key_71, name: x }',
    '{ generate: 10000, id: "key_user_{n}0", name: x }',
    '{ generate: 10000, id: "key_{n}1", name: x }',
    '{ generate: 10000, id: "{n}", name: x }',
  ])('may resemble the id of %s', async (other) => {
    const { call } = await startApp({ seed: `keys:\n  - ${series}\n  - ${other}\n` })
    expect((await call('GET', `${keysUrl}/key_100000`)).status).toBe(200)
  })
})

import { describe, expect, test } from 'vitest'
import { adminKey, keysUrl } from '../support/app.ts'
import { startControlApp } from '../support/control-app.ts'
import { probe } from '../support/run-probes.ts'
import { startCrooked, startForeign } from '../support/tampering-proxy.ts'

const seed = `
  organization: { id: org-secretive, name: Secretive, user: { id: user-johanna, name: Johanna Doe } }
  keys:
    - { id: key_ofjohanna, name: johannas, value: sk-admin-ofjohanna, owner: { type: service_account, name: robot } }
    - { name: lowercaseword }
    - { generate: 30, name: "deployment-{n}" }`

/** All that an answer says of somebody: texts under these names, wherever they are, and those of headers. */
function told(text: string, found = new Set<string>()): Set<string> {
  for (const [, value = ''] of text.matchAll(
    /"(?:id|name|value|redacted_value|first_id|last_id|message)":"((?:[^"\\]|\\.)*)"/g,
  )) {
    if (value !== '') found.add(value)
  }
  return found
}

/** Probes a server and gathers what it said; answers what was printed, and what of the one is in the other. */
async function leaks(to: string, bend = {}) {
  const { url, seen } = await startCrooked(to, bend)
  const { printed, report } = await probe(`${url}/v1`, { write: true })
  const said = new Set([adminKey, 'sk-admin-ofjohanna', 'Secretive'])
  for (const { coming } of seen) {
    told(coming.text, said)
    for (const name of ['x-request-id', 'openai-organization']) said.add(String(coming.headers[name]))
  }
  for (const { going } of seen) told(going.sent.toString(), said)
  said.delete('undefined')
  return { report, printed, said, leaked: [...said].filter((each) => printed.includes(each)) }
}

describe('a report holds no value, no name, no id and no sentence', () => {
  test('of a server that is as it should be', async () => {
    const { listen } = await startControlApp({ seed })
    const { leaked, said } = await leaks(await listen())
    expect(said.size).toBeGreaterThan(100)
    expect(leaked).toEqual([])
  })

  test.each(['auth: any', 'scope_error: string', 'state: discarded', 'limit_out_of_range: reject'])(
    'of one with %s',
    async (behavior) => {
      const { listen } = await startControlApp({ seed: `behavior: { ${behavior} }\n${seed}`.replaceAll('\n  ', '\n') })
      const { leaked, report } = await leaks(await listen())
      expect(report.differs).toBeGreaterThan(0)
      expect(leaked).toEqual([])
    },
  )

  test.each(['johannas', 'key_ofjohanna', 'lowercaseword', 'sk-admin-ofjohanna'])(
    'of one that puts %s wherever a report looks',
    async (secret) => {
      const { listen } = await startControlApp({ seed, breaksResponses: true })
      const spoil = {
        coming(coming: { status: number; headers: Record<string, unknown>; text: string }) {
          if (coming.status < 400) return
          const error = { message: secret, type: secret, [secret]: secret, param: secret, code: secret }
          coming.text = JSON.stringify({ error, [secret]: 1 })
          for (const name of ['content-type', 'allow', 'openai-version', 'www-authenticate', 'x-request-id'])
            coming.headers[name] = secret
        },
      }
      const { report, printed } = await leaks(await listen(), spoil)
      expect(report.differs).toBeGreaterThan(60)
      expect(printed).not.toContain(secret)
    },
  )

  test('of one whose fields are ids, and whose ids are of no form', async () => {
    const key = {
      key_Abc123: 'x',
      name: 'johannas',
      johannas: 1,
      id: 'johannas',
      object: 'johannas',
      owner: { type: 'johannas', role: 'johannas' },
    }
    const base = await startForeign(() =>
      JSON.stringify({ johannas: 1, data: Array(30).fill(key), value: 'johannas', id: 'new' }),
    )
    const { printed, report } = await probe(base, { write: true })
    expect(report.differs).toBeGreaterThan(60)
    expect(printed).not.toMatch(/johannas|Abc123/)
  })
})

describe('a report says', () => {
  test('statuses, codes and shapes', async () => {
    const { listen, control } = await startControlApp({ breaksResponses: true })
    const fault = {
      operation: 'admin-api-keys-list',
      kind: 'error',
      status: 418,
      code: 'some_code',
      param: 'limit',
      times: null,
    }
    await control('POST', '/faults', fault)
    const { of, printed } = await probe(`${await listen()}/v1`)
    expect(of('list')).toEqual({
      probe: 'list',
      evidence: 'spec',
      expected: '200, its 5 fields in order, a list',
      seen: '418 code some_code, param limit',
      verdict: 'differs',
    })
    expect(printed).toMatch(
      /^\| list {2,}\| spec {2,}\| 200, its 5 fields in order, a list {2,}\| 418 code some_code, param limit {2,}\| differs \|$/m,
    )
  })

  test('which behaviours the emulator would answer by, as a seed has them', async () => {
    const { listen } = await startControlApp({ seed: 'behavior: { limit_out_of_range: reject, unknown_route: empty }' })
    const { report } = await probe(`${await listen()}/v1`)
    expect(report.switches).toEqual({ limit_out_of_range: 'reject', unknown_route: 'empty' })
    const again = await startControlApp({ seed: `behavior: ${JSON.stringify(report.switches)}` })
    const { status } = await again.call('GET', `${keysUrl}?limit=0`)
    expect(status).toBe(400)
  })

  test('a table in Markdown, every row of as many cells', async () => {
    const { listen } = await startControlApp()
    const { printed } = await probe(`${await listen()}/v1`)
    const rows = printed.split('\n').filter((line) => line.startsWith('|'))
    expect(rows.length).toBeGreaterThan(80)
    expect(new Set(rows.map((row) => row.split('|').length))).toEqual(new Set([7]))
    expect(new Set(rows.map((row) => row.length)).size).toBe(1)
  })
})

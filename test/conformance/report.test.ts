import { describe, expect, test } from 'vitest'
import { adminKey, keysUrl } from '../support/app.ts'
import { startControlApp } from '../support/control-app.ts'
import { probeServer } from '../support/run-probes.ts'
import { type ProxiedResponse, startFakeServer, startTamperingProxy, type Tamper } from '../support/tampering-proxy.ts'

const seed = `
  organization: { id: org-secretive, name: Secretive, user: { id: user-johanna, name: Johanna Doe } }
  keys:
    - { id: key_ofjohanna, name: johannas, value: sk-admin-ofjohanna, owner: { type: service_account, name: robot } }
    - { name: lowercaseword }
    - { generate: 30, name: "deployment-{n}" }`

const sensitiveFieldPattern = /"(?:id|name|value|redacted_value|first_id|last_id|message)":"((?:[^"\\]|\\.)*)"/g

/** Returns the sensitive texts in a JSON text: ids, names, values and messages. */
const sensitiveTextsOf = (json: string): string[] =>
  [...json.matchAll(sensitiveFieldPattern)].map(([, text = '']) => text).filter((text) => text !== '')

/**
 * Probes a server through a proxy. Returns the sensitive texts of the traffic, and those of them in the printed report.
 */
async function findLeaks(targetUrl: string, tamper: Tamper = {}) {
  const { url, traffic } = await startTamperingProxy(targetUrl, tamper)
  const { printed, report } = await probeServer(`${url}/v1`, { write: true })
  const sensitiveTexts = new Set([adminKey, 'sk-admin-ofjohanna', 'Secretive'])
  for (const { request, response } of traffic) {
    for (const json of [request.body.toString(), response.text])
      for (const text of sensitiveTextsOf(json)) sensitiveTexts.add(text)
    for (const name of ['x-request-id', 'openai-organization']) sensitiveTexts.add(String(response.headers[name]))
  }
  sensitiveTexts.delete('undefined')
  return { report, printed, sensitiveTexts, leaked: [...sensitiveTexts].filter((text) => printed.includes(text)) }
}

describe('a report holds no value, name, id or message', () => {
  test('the report of a server that conforms holds no sensitive text', async () => {
    const { listen } = await startControlApp({ seed })
    const { leaked, sensitiveTexts } = await findLeaks(await listen())
    expect(sensitiveTexts.size).toBeGreaterThan(100)
    expect(leaked).toEqual([])
  })

  test.each(['auth: any', 'scope_error: string', 'state: discarded', 'limit_out_of_range: reject'])(
    'the report of a server with the behavior `%s` holds no sensitive text',
    async (behavior) => {
      const { listen } = await startControlApp({ seed: `behavior: { ${behavior} }\n${seed}`.replaceAll('\n  ', '\n') })
      const { leaked, report } = await findLeaks(await listen())
      expect(report.differs).toBeGreaterThan(0)
      expect(leaked).toEqual([])
    },
  )

  test.each(['johannas', 'key_ofjohanna', 'lowercaseword', 'sk-admin-ofjohanna'])(
    'the report of a server with %s in every field and header that a report shows does not hold it',
    async (secret) => {
      const { listen } = await startControlApp({ seed, breaksResponses: true })
      const insertSecret = {
        response(response: ProxiedResponse) {
          if (response.status < 400) return
          const error = { message: secret, type: secret, [secret]: secret, param: secret, code: secret }
          response.text = JSON.stringify({ error, [secret]: 1 })
          for (const name of ['content-type', 'allow', 'openai-version', 'www-authenticate', 'x-request-id'])
            response.headers[name] = secret
        },
      }
      const { report, printed } = await findLeaks(await listen(), insertSecret)
      expect(report.differs).toBeGreaterThan(60)
      expect(printed).not.toContain(secret)
    },
  )

  test('the report of a server with ids as field names and malformed ids holds no sensitive text', async () => {
    const key = {
      key_Abc123: 'x',
      name: 'johannas',
      johannas: 1,
      id: 'johannas',
      object: 'johannas',
      owner: { type: 'johannas', role: 'johannas' },
    }
    const baseUrl = await startFakeServer(() =>
      JSON.stringify({ johannas: 1, data: Array(30).fill(key), value: 'johannas', id: 'new' }),
    )
    const { printed, report } = await probeServer(baseUrl, { write: true })
    expect(report.differs).toBeGreaterThan(60)
    expect(printed).not.toMatch(/johannas|Abc123/)
  })
})

describe('the content of a report', () => {
  test('a report shows the status, code and param of an unexpected error', async () => {
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
    const { resultOf, printed } = await probeServer(`${await listen()}/v1`)
    expect(resultOf('list')).toEqual({
      probe: 'list',
      evidence: 'spec',
      expected: '200, 5 fields in order, a list',
      seen: '418 code some_code, param limit',
      verdict: 'differs',
    })
    expect(printed).toMatch(
      /^\| list {2,}\| spec {2,}\| 200, 5 fields in order, a list {2,}\| 418 code some_code, param limit {2,}\| differs \|$/m,
    )
  })

  test('the switches of a report, used in a seed, make the emulator respond like the probed server', async () => {
    const { listen } = await startControlApp({ seed: 'behavior: { limit_out_of_range: reject, unknown_route: empty }' })
    const { report } = await probeServer(`${await listen()}/v1`)
    expect(report.switches).toEqual({ limit_out_of_range: 'reject', unknown_route: 'empty' })
    const emulator = await startControlApp({ seed: `behavior: ${JSON.stringify(report.switches)}` })
    const { status } = await emulator.call('GET', `${keysUrl}?limit=0`)
    expect(status).toBe(400)
  })

  test('a report is a Markdown table whose rows have the same width and number of cells', async () => {
    const { listen } = await startControlApp()
    const { printed } = await probeServer(`${await listen()}/v1`)
    const rows = printed.split('\n').filter((line) => line.startsWith('|'))
    expect(rows.length).toBeGreaterThan(80)
    expect(new Set(rows.map((row) => row.split('|').length))).toEqual(new Set([7]))
    expect(new Set(rows.map((row) => row.length)).size).toBe(1)
  })
})

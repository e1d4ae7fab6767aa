import fc from 'fast-check'
import { expect } from 'vitest'
import { stringify } from 'yaml'
import { adminKey, keysUrl, walk } from '../support/app.ts'
import { sandboxPath } from '../support/control-app.ts'
import { seedFile, startArgs } from './harness/initial-state.ts'
import { propertyTest } from './harness/property.ts'
import { startRecordedApp } from './harness/recorded-app.ts'
import { seedKeys, seedWith } from './harness/seed-generators.ts'

/** A request to a sandbox. `{n}` in the path is replaced by the id of the n-th key that was created in it. */
type SandboxRequest = [method: string, path: string, body?: object]

const withKeyId = (method: string, path: string) =>
  fc.nat({ max: 9 }).map<SandboxRequest>((n) => [method, path.replace('ID', `{${n}}`)])

const constantRequest = (...request: SandboxRequest) => fc.constant<SandboxRequest>(request)

const apiRequests = fc.oneof(
  { weight: 4, arbitrary: constantRequest('POST', keysUrl, { name: 'a', expires_in_seconds: 50 }) },
  { weight: 3, arbitrary: withKeyId('GET', `${keysUrl}?limit=2&after=ID`) },
  { weight: 2, arbitrary: withKeyId('GET', `${keysUrl}/ID`) },
  { weight: 2, arbitrary: withKeyId('DELETE', `${keysUrl}/ID`) },
  { weight: 1, arbitrary: constantRequest('GET', keysUrl) },
)

const sandboxRequests = fc.oneof(
  { weight: 12, arbitrary: apiRequests },
  { weight: 1, arbitrary: constantRequest('POST', '/_emulator/reset') },
  { weight: 1, arbitrary: constantRequest('PUT', '/_emulator/clock', { advance: '30s' }) },
  { weight: 1, arbitrary: constantRequest('PATCH', '/_emulator/behavior', { deleted_cursor: 'reject', auth: 'any' }) },
  {
    weight: 1,
    arbitrary: constantRequest('POST', '/_emulator/faults', { operation: '*', kind: 'error', status: 503 }),
  },
  { weight: 1, arbitrary: constantRequest('PUT', '/_emulator/state', seedWith([])) },
  { weight: 1, arbitrary: constantRequest('PUT', '/_emulator/snapshots/one') },
  { weight: 1, arbitrary: constantRequest('POST', '/_emulator/snapshots/one/restore') },
)

propertyTest('a sandbox returns the same responses whether or not requests go to another sandbox', async () => {
  // Both sandboxes generate the same ids and values, so that data leaked from one is valid in the other.
  const seededArgs = `${startArgs} --random-seed 1`
  const { call, control, assertProperty } = await startRecordedApp({ seed: [seedFile], randomSeed: 1 }, seededArgs)

  /** Runs the requests, each in its sandbox. Returns the responses and the final state of sandbox `one`. */
  async function runTurns(turns: { isOne: boolean; request: SandboxRequest }[], skipOther: boolean) {
    await control('DELETE', '/sandboxes')
    const ids = { one: [] as string[], other: [] as string[] }
    const responses = []
    for (const { isOne, request } of turns) {
      if (skipOther && !isOne) continue
      const name = isOne ? 'one' : 'other'
      const [method, path, body] = request
      const url = sandboxPath(
        name,
        path.replace(/\{(\d)\}/, (_, n) => ids[name][n % ids[name].length] ?? 'key_admin'),
      )
      const { status, headers, text } = await call(method, url, body === undefined ? {} : { body })
      const id = /"id":"(key_\w+)"/.exec(text)?.[1]
      if (method === 'POST' && status === 200 && id !== undefined) ids[name].push(id)
      if (isOne) responses.push([status, headers['x-request-id'], headers['openai-organization'], text])
    }
    return [...responses, (await control('GET', '/state', undefined, 'one')).text]
  }

  const turns = fc.array(fc.record({ isOne: fc.boolean(), request: sandboxRequests }), { maxLength: 40, size: 'max' })
  await assertProperty(turns, 25, async (sequence) => {
    expect(await runTurns(sequence, false)).toEqual(await runTurns(sequence, true))
  })
})

propertyTest('an imported state lists, paginates and authenticates like the sandbox it was exported from', async () => {
  const app = await startRecordedApp()
  const { call, control } = app

  /** Returns everything that the API shows of the keys with those ids and values. */
  async function readKeys(sandbox: string, ids: string[], values: string[]) {
    const url = sandboxPath(sandbox, keysUrl)
    const responses = []
    for (const id of ids) {
      responses.push(await call('GET', `${url}/${id}`))
      for (const order of ['asc', 'desc'])
        responses.push(await call('GET', `${url}?limit=3&order=${order}&after=${id}`))
    }
    for (const value of values) responses.push(await call('GET', `${url}?limit=1`, { as: value }))
    const walks = [await walk(app, 'limit=4', url), await walk(app, 'order=desc', url)]
    return { walks, responses: responses.map(({ status, text }) => [status, text]) }
  }

  const scenarios = fc.record({ keys: seedKeys(12), isYaml: fc.boolean(), usesKeys: fc.boolean() })
  await app.assertProperty(scenarios, 30, async ({ keys, isYaml, usesKeys }) => {
    await control('DELETE', '/sandboxes')
    await control('PUT', '/state', seedWith(keys), 'from')
    if (usesKeys)
      for (const { value } of keys) await call('POST', sandboxPath('from', keysUrl), { as: value, body: { name: 'n' } })
    const state = (await control('GET', '/state', undefined, 'from')).body
    const payload = isYaml
      ? { rawBody: stringify(state), headers: { 'content-type': 'application/yaml' } }
      : { body: state }
    expect((await call('PUT', sandboxPath('to', '/_emulator/state'), { ...payload, as: null })).status).toBe(200)
    expect((await control('GET', '/state', undefined, 'to')).body).toEqual(state)
    const ids = state.keys.map(({ id }: { id: string }) => id)
    const values = [adminKey, ...keys.map(({ value }) => value)]
    expect(await readKeys('to', ids, values)).toEqual(await readKeys('from', ids, values))
  })
})

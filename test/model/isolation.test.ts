import fc from 'fast-check'
import { expect } from 'vitest'
import { stringify } from 'yaml'
import { adminKey, keysUrl, walk } from '../support/app.ts'
import { sandboxPath } from '../support/control-app.ts'
import { seedFile, startOptions } from './generated/initial-state.ts'
import { startRecorded } from './generated/journal-model.ts'
import { generated } from './generated/property.ts'
import { population, seedOf } from './generated/seed-generators.ts'

/** Something that is done in a sandbox; {n} stands for the id of the n-th key that it made. */
type Deed = [method: string, path: string, body?: object]

const keyed = (method: string, path: string) =>
  fc.nat({ max: 9 }).map<Deed>((n) => [method, path.replace('ID', `{${n}}`)])

const said = (...deed: Deed) => fc.constant<Deed>(deed)

const apiDeeds = fc.oneof(
  { weight: 4, arbitrary: said('POST', keysUrl, { name: 'a', expires_in_seconds: 50 }) },
  { weight: 3, arbitrary: keyed('GET', `${keysUrl}?limit=2&after=ID`) },
  { weight: 2, arbitrary: keyed('GET', `${keysUrl}/ID`) },
  { weight: 2, arbitrary: keyed('DELETE', `${keysUrl}/ID`) },
  { weight: 1, arbitrary: said('GET', keysUrl) },
)

const deeds = fc.oneof(
  { weight: 12, arbitrary: apiDeeds },
  { weight: 1, arbitrary: said('POST', '/_emulator/reset') },
  { weight: 1, arbitrary: said('PUT', '/_emulator/clock', { advance: 30 }) },
  { weight: 1, arbitrary: said('PATCH', '/_emulator/behavior', { deleted_cursor: 'reject', auth: 'any' }) },
  { weight: 1, arbitrary: said('POST', '/_emulator/faults', { operation: '*', kind: 'error', status: 503 }) },
  { weight: 1, arbitrary: said('PUT', '/_emulator/state', seedOf([])) },
  { weight: 1, arbitrary: said('PUT', '/_emulator/snapshots/one') },
  { weight: 1, arbitrary: said('POST', '/_emulator/snapshots/one/restore') },
)

generated('two sandboxes never see each other: one is answered the same, whatever is done in another', async () => {
  // Both draw the same ids and values, so that whatever one lets slip the other takes for its own.
  const start = `${startOptions} --random-seed 1`
  const { call, control, holds } = await startRecorded({ seed: [seedFile], randomSeed: 1 }, start)

  /** Does those deeds that are for a sandbox in it. Resolves to the answers that `one` got. */
  async function live(turns: { isOne: boolean; deed: Deed }[], isAlone: boolean) {
    await control('DELETE', '/sandboxes')
    const ids = { one: [] as string[], other: [] as string[] }
    const answers = []
    for (const { isOne, deed } of turns) {
      if (isAlone && !isOne) continue
      const name = isOne ? 'one' : 'other'
      const [method, path, body] = deed
      const url = sandboxPath(
        name,
        path.replace(/\{(\d)\}/, (_, n) => ids[name][n % ids[name].length] ?? 'key_admin'),
      )
      const { status, headers, text } = await call(method, url, body === undefined ? {} : { body })
      const id = /"id":"(key_\w+)"/.exec(text)?.[1]
      if (method === 'POST' && status === 200 && id !== undefined) ids[name].push(id)
      if (isOne) answers.push([status, headers['x-request-id'], headers['openai-organization'], text])
    }
    return [...answers, (await control('GET', '/state', undefined, 'one')).text]
  }

  const turns = fc.array(fc.record({ isOne: fc.boolean(), deed: deeds }), { maxLength: 40, size: 'max' })
  await holds(turns, 25, async (sequence) => {
    expect(await live(sequence, false)).toEqual(await live(sequence, true))
  })
})

generated('a state that is exported and imported lists, pages and authenticates as before', async () => {
  const app = await startRecorded()
  const { call, control } = app

  /** All that can be seen of the keys of a sandbox, by those ids and values. */
  async function seen(sandbox: string, ids: string[], values: string[]) {
    const url = sandboxPath(sandbox, keysUrl)
    const answers = []
    for (const id of ids) {
      answers.push(await call('GET', `${url}/${id}`))
      for (const order of ['asc', 'desc']) answers.push(await call('GET', `${url}?limit=3&order=${order}&after=${id}`))
    }
    for (const value of values) answers.push(await call('GET', `${url}?limit=1`, { as: value }))
    const walks = [await walk(app, 'limit=4', url), await walk(app, 'order=desc', url)]
    return { walks, answers: answers.map(({ status, text }) => [status, text]) }
  }

  const carried = fc.record({ keys: population(12), isYaml: fc.boolean(), isUsed: fc.boolean() })
  await app.holds(carried, 30, async ({ keys, isYaml, isUsed }) => {
    await control('DELETE', '/sandboxes')
    await control('PUT', '/state', seedOf(keys), 'from')
    if (isUsed)
      for (const { value } of keys) await call('POST', sandboxPath('from', keysUrl), { as: value, body: { name: 'n' } })
    const state = (await control('GET', '/state', undefined, 'from')).body
    const sent = isYaml
      ? { rawBody: stringify(state), headers: { 'content-type': 'application/yaml' } }
      : { body: state }
    expect((await call('PUT', sandboxPath('to', '/_emulator/state'), { ...sent, as: null })).status).toBe(200)
    expect((await control('GET', '/state', undefined, 'to')).body).toEqual(state)
    const ids = state.keys.map(({ id }: { id: string }) => id)
    const values = [adminKey, ...keys.map(({ value }) => value)]
    expect(await seen('to', ids, values)).toEqual(await seen('from', ids, values))
  })
})

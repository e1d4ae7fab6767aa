import { expect, test } from 'vitest'
import { adminKey, keysUrl } from '../support/app.ts'
import { startControlApp } from '../support/control-app.ts'

async function start() {
  const testApp = await startControlApp()
  const explanation = async (): Promise<string> => {
    const { data } = (await testApp.control('GET', '/journal')).body as { data: { explanation: string }[] }
    return data.at(-1)?.explanation ?? ''
  }
  return { ...testApp, explanation }
}

const projectUrl = '/v1/organization/projects/proj_missing'

test.each([
  ['GET', `${keysUrl}/key_missing`, {}, 'This sandbox never had a key key_missing.'],
  [
    'GET',
    keysUrl,
    { as: 'sk-admin-wrong' },
    'The sandbox default has no key with the value in the Authorization header.',
  ],
  ['GET', keysUrl, { as: null }, 'The request has no usable Authorization header.'],
  ['GET', keysUrl, { as: 'sk-proj-some' }, 'The key lacks the scope api.management.read: it is not an admin key.'],
  ['GET', `${keysUrl}?limit=x`, {}, 'The parameter limit must be an integer, but is a string.'],
  ['GET', `${keysUrl}?limit=1&limit=2`, {}, 'The query parameter limit is repeated.'],
  ['GET', `${keysUrl}?after=key_x`, {}, 'The cursor key_x was never an id in this list.'],
  ['POST', keysUrl, { body: {} }, 'The required parameter name is missing.'],
  ['POST', keysUrl, { rawBody: '{' }, 'The request body is not valid JSON.'],
  ['POST', keysUrl, { body: [] }, 'The request body must be a JSON object, but is an array.'],
  ['PATCH', keysUrl, {}, 'The URL does not allow PATCH, only GET, POST.'],
  ['GET', '/v1/nothing', {}, 'The API has no such URL.'],
  ['GET', '/v1/files', {}, 'The real API has this URL, the emulator does not.'],
  ['GET', projectUrl, {}, 'This sandbox never had a project proj_missing.'],
  ['GET', `${projectUrl}/api_keys`, {}, 'This sandbox never had a project proj_missing.'],
] as const)('%s %s %j is explained: %s', async (method, url, options, sentence) => {
  const { call, explanation } = await start()
  await call(method, url, options)
  expect(await explanation()).toContain(sentence)
})

test('an expired and a deleted key are explained by the clock of the sandbox', async () => {
  const { call, control, explanation } = await start()
  await control('PUT', '/clock', { now: '2030-01-01T00:00:00Z', frozen: true })
  const { id, value } = (await control('POST', '/keys', { name: 'short', expires_in_seconds: 60 })).body
  await control('PUT', '/clock', { advance: '1h' })
  await call('GET', keysUrl, { as: value })
  expect(await explanation()).toContain(
    `The calling key ${id} expired at 2030-01-01 00:01:00 UTC. It was 2030-01-01 01:00:00 UTC by the sandbox's clock.`,
  )
  await call('DELETE', `${keysUrl}/${id}`)
  await call('GET', `${keysUrl}/${id}`)
  expect(await explanation()).toContain(`The key ${id} was deleted before this request.`)
})

test('a fault is explained by what it did, also after its removal', async () => {
  const { call, control, explanation } = await start()
  await control('POST', '/faults', { operation: 'list', kind: 'error', status: 429 })
  await call('GET', keysUrl)
  await control('DELETE', '/faults')
  expect(await explanation()).toMatch(/^A fault of kind error responded with an error instead\. The client/)
  const { data } = (await control('GET', '/journal')).body as { data: object[] }
  expect(data).toMatchObject([{ fault_kind: 'error', reason: expect.stringMatching(/^fault; /) }])

  const [operation, path] = ['list', '/data/0/name']
  await control('POST', '/faults', { operation, kind: 'json_patch', patch: [{ op: 'test', path, value: 'other' }] })
  await call('GET', keysUrl)
  expect(await explanation()).toMatch(/^The patch does not apply to the response, so the fault changed nothing\./)
})

test('a service account that was deleted is explained', async () => {
  const { call, explanation } = await start()
  const { id: project } = (await call('POST', '/v1/organization/projects', { body: { name: 'Web' } })).body
  const accounts = `/v1/organization/projects/${project}/service_accounts`
  const { id } = (await call('POST', accounts, { body: { name: 'ci' } })).body
  for (const method of ['DELETE', 'GET'] as const) await call(method, `${accounts}/${id}`)
  expect(await explanation()).toContain(`The service account ${id} was deleted before this request.`)
})

test('an error after the commit is explained by what happened all the same', async () => {
  const { call, control, explanation } = await start()
  const fault = { kind: 'error', status: 500, when: 'after_commit' }
  await control('POST', '/faults', { operation: 'create', ...fault })
  await call('POST', keysUrl, { body: { name: 'deploy' } })
  const created = (await call('GET', keysUrl)).body.data.at(-1)
  const { data } = (await control('GET', '/journal?operation=admin-api-keys-create')).body
  expect(data[0].explanation).toMatch(/^A fault of kind error responded with an error instead, after the commit\./)
  expect(data[0].explanation).toContain(`The key ${created.id} was created anyway.`)
  await control('POST', '/faults', { operation: 'delete', ...fault })
  await call('DELETE', `${keysUrl}/${created.id}`)
  expect(await explanation()).toContain('responded with an error instead, after the commit.')
})

test('a lost response to a delete is explained by what happened all the same', async () => {
  const { control, create, listen, explanation } = await start()
  const { id } = await create()
  await control('POST', '/faults', { operation: 'delete', kind: 'connection_reset', when: 'after_commit' })
  const headers = { authorization: `Bearer ${adminKey}` }
  await expect(fetch(`${await listen()}${keysUrl}/${id}`, { method: 'DELETE', headers })).rejects.toThrow()
  await expect
    .poll(explanation)
    .toBe('A fault of kind connection_reset reset the connection, after the commit. The client received no response.')
})

test('every kind of fault has an explanation', async () => {
  const { call, control, explanation } = await start()
  const kinds: [kind: string, fields: object][] = [
    ['rate_limit', { requests: 0, per: '1m' }],
    ['delay', { ms: 1 }],
    ['malformed_json', {}],
    ['json_patch', { patch: [{ op: 'replace', path: '/data/0/name', value: 'patched' }] }],
  ]
  for (const [kind, fields] of kinds) {
    await control('POST', '/faults', { operation: 'list', kind, ...fields })
    await call('GET', keysUrl, { as: adminKey })
    await control('DELETE', '/faults')
    expect(await explanation(), kind).toMatch(new RegExp(`^A fault of kind ${kind} \\w+ .*\\.`))
    expect(await explanation(), kind).not.toContain('undefined')
  }
})

test.each([['x'.repeat(1100)], ['鍵'.repeat(110)]])('a reason that is cut is shown as it is', async (id) => {
  const { call, control, explanation } = await start()
  await control('PUT', '/state', { keys: [{ id, name: 'expired', value: 'sk-admin-expired', expires_at: '-1d' }] })
  await call('GET', keysUrl, { as: 'sk-admin-expired' })
  expect(await explanation()).toMatch(/^key_expired; key=/)
})

import OpenAI from 'openai'
import { expect } from 'vitest'
import { test } from './sandbox.ts'

test('the client retries after 429', async ({ keys, sandbox }) => {
  const headers = { 'retry-after-ms': '50' }
  await sandbox.faults.add({ operation: 'admin-api-keys-list', kind: 'error', status: 429, headers, times: 2 })
  await keys.list()
  const attempts = await sandbox.journal.list({ operation: 'admin-api-keys-list' })
  expect(attempts.map(({ retry_count, status }) => [retry_count, status])).toEqual([
    [0, 429],
    [1, 429],
    [2, 200],
  ])
  for (const { since_previous_ms } of attempts.slice(1)) expect(since_previous_ms).toBeGreaterThanOrEqual(45)
})

test('the client retries after 503', async ({ keys, sandbox }) => {
  const headers = { 'retry-after-ms': '1' }
  await sandbox.faults.add({ operation: 'admin-api-keys-create', kind: 'error', status: 503, headers })
  await keys.create({ name: 'ci' })
  const attempts = await sandbox.journal.list({ operation: 'admin-api-keys-create' })
  expect(attempts.map(({ status }) => status)).toEqual([503, 200])
})

test('the client gives up after repeated 503', async ({ keys, sandbox }) => {
  const headers = { 'retry-after-ms': '1' }
  await sandbox.faults.add({ operation: 'admin-api-keys-get', kind: 'error', status: 503, headers, times: null })
  await expect(keys.retrieve('key_any')).rejects.toBeInstanceOf(OpenAI.InternalServerError)
  expect(await sandbox.journal.list({ status: 503 })).toHaveLength(3)
})

test('the journal finds orphans of lost responses', async ({ keys, sandbox }) => {
  await sandbox.faults.add({ operation: 'admin-api-keys-create', when: 'after_commit', kind: 'connection_reset' })
  const key = await keys.create({ name: 'deploy' })
  const [lost] = await sandbox.journal.list({ operation: 'admin-api-keys-create', delivered: false })
  const orphan = lost?.key_id as string
  const named = (await keys.list()).data.filter(({ name }) => name === 'deploy')
  expect(named.map(({ id }) => id)).toEqual([orphan, key.id])
  await keys.delete(orphan)
})

test('strict validation rejects wrong types', ({ skip }) => {
  skip('the client does not validate responses')
})

import OpenAI from 'openai'
import { describe, expect, test } from 'vitest'
import { startServerWithFaults } from '../support/faults.ts'

describe('faults seen by the official client', () => {
  test.each(['connection_reset', 'empty_response'])('the client retries after the fault %s', async (kind) => {
    const { addFault, keys, control } = await startServerWithFaults()
    await addFault({ operation: 'admin-api-keys-list', kind, times: 2 })
    expect((await keys.list()).data).toHaveLength(1)
    const { body } = await control('GET', '/journal')
    expect(body.data.map(({ retry_count, delivered }: Record<string, unknown>) => [retry_count, delivered])).toEqual([
      [0, false],
      [1, false],
      [2, true],
    ])
  })

  test.each([408, 409, 429, 500, 503])(
    'the client retries after status %i, once retry-after-ms has passed',
    async (status) => {
      const { addFault, keys, control } = await startServerWithFaults()
      await addFault({ operation: '*', kind: 'error', status, times: 2, headers: { 'retry-after-ms': '30' } })
      expect((await keys.list()).data).toHaveLength(1)
      const { body } = await control('GET', '/journal')
      expect(body.data.map((entry: { status: number }) => entry.status)).toEqual([status, status, 200])
      for (const { since_previous_ms } of body.data.slice(1)) expect(since_previous_ms).toBeGreaterThanOrEqual(29)
    },
  )

  test('the client does not retry with `x-should-retry: false`', async () => {
    const { addFault, keys, listFaults } = await startServerWithFaults()
    await addFault({ operation: '*', kind: 'error', status: 503, times: null, headers: { 'x-should-retry': 'false' } })
    await expect(keys.list()).rejects.toThrow(OpenAI.InternalServerError)
    expect((await listFaults())[0].hits).toBe(1)
  })

  test.each(['truncated_body', 'malformed_json'])('a %s fault fails in the client without a retry', async (kind) => {
    const { addFault, keys, listFaults } = await startServerWithFaults({ breaksResponses: true })
    await addFault({ operation: 'admin-api-keys-list', kind, times: null })
    await expect(keys.list()).rejects.toThrow()
    expect((await listFaults())[0].hits).toBe(1)
  })

  test('a create that is retried after its response is lost leaves a second key', async () => {
    const { addFault, keys } = await startServerWithFaults()
    await addFault({ operation: 'admin-api-keys-create', when: 'after_commit', kind: 'connection_reset' })
    const created = await keys.create({ name: 'duplicate' })
    const duplicates = (await keys.list()).data.filter(({ name }) => name === 'duplicate')
    expect(duplicates).toHaveLength(2)
    expect(duplicates.map(({ id }) => id)).toContain(created.id)
  })
})

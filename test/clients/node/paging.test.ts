import { expect } from 'vitest'
import { test } from './sandbox.ts'

// The organization also has the admin key, which is its first.
const names = ['Admin key', ...Array.from({ length: 250 }, (_, n) => `load-${n + 1}`)]

async function namesOf(keys: AsyncIterable<{ name?: string | null }>) {
  const visited: unknown[] = []
  for await (const { name } of keys) visited.push(name)
  return visited
}

test.beforeEach(async ({ sandbox }) => {
  await sandbox.state.add({ keys: [{ generate: 250, name: 'load-{n}' }] })
})

test.for([
  ['asc', 1],
  ['asc', 7],
  ['asc', 100],
  ['desc', 1],
  ['desc', 7],
  ['desc', 100],
] as const)('auto-paging visits every key: %s, %i', async ([order, limit], { keys, sandbox }) => {
  expect(await namesOf(keys.list({ order, limit }))).toEqual(order === 'asc' ? names : names.toReversed())
  expect(await sandbox.journal.list({ operation: 'admin-api-keys-list' })).toHaveLength(Math.ceil(251 / limit))
})

test('deleting while iterating skips no key', async ({ keys }) => {
  const visited: unknown[] = []
  for await (const { id, name } of keys.list()) {
    visited.push(name)
    // Includes the last key of a page of 20, which is the cursor of the next page.
    if (visited.length % 2 === 0) await keys.delete(id)
  }
  expect(visited).toEqual(names)
  const remaining = visited.filter((_name, n) => n % 2 === 0)
  expect(await namesOf(keys.list({ limit: 100 }))).toEqual(remaining)
})

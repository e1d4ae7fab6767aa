import { expect } from 'vitest'
import { test } from './sandbox.ts'

// The key that asks is one of the organization, and its first.
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
] as const)('auto-paging %s %i', async ([order, limit], { keys, sandbox }) => {
  expect(await namesOf(keys.list({ order, limit }))).toEqual(order === 'asc' ? names : names.toReversed())
  expect(await sandbox.journal.list({ operation: 'admin-api-keys-list' })).toHaveLength(Math.ceil(251 / limit))
})

test('delete while iterating', async ({ keys }) => {
  const visited: unknown[] = []
  for await (const { id, name } of keys.list()) {
    visited.push(name)
    // Also the last of a page of 20, after which the next one begins.
    if (visited.length % 2 === 0) await keys.delete(id)
  }
  expect(visited).toEqual(names)
  const left = visited.filter((_name, n) => n % 2 === 0)
  expect(await namesOf(keys.list({ limit: 100 }))).toEqual(left)
})

import { expect, test } from 'vitest'
import { searchEvents } from '../../src/openai-api/audit-logs/search.ts'
import { createAuditStore, type Direction, type EventFilter } from '../../src/openai-api/audit-logs/store.ts'
import { openMemory } from '../../src/sandbox/storage/database.ts'

const count = 12_000

/** Events whose type alternates, with actors that alternate in the opposite way except for the oldest event. */
function createEvents() {
  return Array.from({ length: count }, (_, n) => ({
    id: `event_${n}`,
    effective_at: 1_700_000_000 + (n >> 6),
    type: n % 2 === 0 ? 'api_key.created' : 'api_key.deleted',
    project_id: n % 3 === 0 ? 'proj_a' : 'proj_b',
    actor_key_id: n % 2 === 0 && n > 0 ? 'key_b' : 'key_a',
    actor_id: `user_${n % 5}`,
    actor_email: null,
    resource_id: `key_${n % 100}`,
    json: `{"id":"event_${n}"}`,
  }))
}

const range = { from: 0n, to: 2n ** 62n }
const type = (...values: string[]): EventFilter => ({ columns: ['type'], values })
const actor = (...values: string[]): EventFilter => ({ columns: ['actor_key_id', 'actor_id'], values })

test.each<[string, EventFilter[]]>([
  ['one value', [type('api_key.created')]],
  ['several values', [type('api_key.created', 'api_key.deleted')]],
  ['a value that no event has', [type('project.created')]],
  ['two columns', [actor('user_3', 'key_b')]],
  ['two filters', [type('api_key.deleted'), { columns: ['project_id'], values: ['proj_a'] }]],
  ['filters whose events alternate', [type('api_key.created'), actor('key_a')]],
  [
    'three filters',
    [type('api_key.created'), actor('user_0'), { columns: ['resource_id'], values: ['key_50', 'key_0'] }],
  ],
])('a search with %s finds what reading every event finds', (_, filters) => {
  const db = openMemory()
  const store = createAuditStore(db)
  const events = createEvents()
  db.transaction(() => {
    for (const event of events) store.insert(event)
  })()
  for (const direction of ['older', 'newer'] satisfies Direction[]) {
    const matching = events.filter((event) =>
      filters.every(({ columns, values }) => columns.some((column) => values.includes(String(event[column])))),
    )
    const expected = (direction === 'older' ? matching.reverse() : matching).slice(0, 21).map(({ id }) => id)
    const found = searchEvents(store, { filters, range, direction, limit: 21 })
    expect(found.map(({ id }) => id)).toEqual(expected)
  }
  db.close()
})

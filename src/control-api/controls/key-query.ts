import * as Type from 'typebox'
import { type KeyType, keyStates, keyTypes } from '../../sandbox/keys/key-state.ts'
import type { KeySearch } from '../../sandbox/keys/search.ts'
import { Choice } from '../../schema/typebox.ts'
import { Limit, parseChoice, parseLimit, readQuery } from './query.ts'

const orders = ['asc', 'desc'] as const

const typeRule = `one of ${keyTypes.join(', ')}`

/** The query parameters that list keys. */
export const KeysQuery = Type.Object({
  type: Type.Optional(Choice(keyTypes, { description: `${typeRule}; without it, keys of both kinds` })),
  project_id: Type.Optional(Type.String({ description: 'the id of the project of the keys' })),
  state: Type.Optional(
    Choice(keyStates, {
      description: `one of ${keyStates.join(', ')}; without it, all keys but the deleted ones`,
    }),
  ),
  filter: Type.Optional(
    Type.String({
      description:
        'a part of the name or the id of the key, its project, service account or user; upper and lower case of ASCII letters are the same',
    }),
  ),
  after: Type.Optional(
    Type.String({ description: 'the `next` of the previous page, or the id of the key before the page' }),
  ),
  limit: Limit,
  order: Type.Optional(
    Choice(orders, { default: 'asc', description: 'asc or desc: oldest or newest first, by the time of creation' }),
  ),
})
export type KeysQuery = Type.Static<typeof KeysQuery>

/** The query parameter that says which of two keys with the same id is meant. */
export const KeyQuery = Type.Object({
  type: Type.Optional(
    Choice(keyTypes, { description: `${typeRule}; without it, the admin key if keys of both kinds have the id` }),
  ),
})
export type KeyQuery = Type.Static<typeof KeyQuery>

/** Returns the search that a query describes. Throws 400 `invalid_query`. */
export function parseKeysQuery(query: Record<string, unknown>): KeySearch {
  const { type, project_id, state, filter, after, limit, order } = readQuery(query, KeysQuery)
  return {
    // Forms send an empty field for none.
    type: parseChoice('type', keyTypes, type || undefined),
    project_id: project_id || undefined,
    state: parseChoice('state', keyStates, state || undefined),
    order: parseChoice('order', orders, order || undefined) ?? 'asc',
    limit: parseLimit(limit || undefined),
    filter: filter || undefined,
    after: after || undefined,
  }
}

/** Returns which kind of key a query means. Throws 400 `invalid_query`. */
export const parseKeyQuery = (query: Record<string, unknown>): KeyType | undefined =>
  parseChoice('type', keyTypes, readQuery(query, KeyQuery)['type'])

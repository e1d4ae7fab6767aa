import * as Type from 'typebox'
import { type KeyType, keyStates, keyTypes } from '../../sandbox/keys/key-state.ts'
import type { KeySearch } from '../../sandbox/keys/search.ts'
import { Choice } from '../../schema/typebox.ts'
import * as errors from '../errors.ts'

const orders = ['asc', 'desc'] as const
const limitRule = 'an integer from 1 to 1000'
const maxLimit = 1000
const defaultLimit = 20

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
  after: Type.Optional(Type.String({ description: '`next` of the page before, or the id of the key before the page' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: maxLimit, default: defaultLimit, description: limitRule })),
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

type Texts = Record<string, string | undefined>

/** Returns the parameters of a query. Throws 400 `invalid_query` for an unknown or repeated one. */
export function readQuery(query: Record<string, unknown>, schema: { properties: object }): Texts {
  const params = Object.keys(schema.properties)
  for (const [param, text] of Object.entries(query)) {
    if (!params.includes(param)) throw errors.unknownQuery(param, params)
    if (typeof text !== 'string') throw errors.invalidQuery(param, 'given once', [text].flat().join(', '))
  }
  return query as Texts
}

/** Returns the search that a query describes. Throws 400 `invalid_query`. */
export function parseKeysQuery(query: Record<string, unknown>): KeySearch {
  const { type, project_id, state, filter, after, limit, order } = readQuery(query, KeysQuery)
  return {
    // Forms send an empty field for none.
    type: parseChoice('type', keyTypes, type || undefined),
    project_id: project_id || undefined,
    state: parseChoice('state', keyStates, state),
    order: parseChoice('order', orders, order) ?? 'asc',
    limit: parseLimit(limit),
    filter: filter || undefined,
    after: after || undefined,
  }
}

/** Returns which kind of key a query means. Throws 400 `invalid_query`. */
export const parseKeyQuery = (query: Record<string, unknown>): KeyType | undefined =>
  parseChoice('type', keyTypes, readQuery(query, KeyQuery)['type'])

export function parseChoice<Value extends string>(
  param: string,
  values: readonly Value[],
  text: string | undefined,
): Value | undefined {
  if (text === undefined) return undefined
  const value = values.find((candidate) => candidate === text)
  if (value === undefined) throw errors.invalidQuery(param, `one of ${values.join(', ')}`, text)
  return value
}

export function parseLimit(text: string | undefined): number {
  if (text === undefined) return defaultLimit
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (limit < 1 || limit > maxLimit) throw errors.invalidQuery('limit', limitRule, text)
  return limit
}

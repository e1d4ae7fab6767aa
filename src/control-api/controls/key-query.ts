import * as Type from 'typebox'
import type { KeySearch } from '../../sandbox/keys/search.ts'
import { keyStates } from '../../sandbox/keys/search-queries.ts'
import { Choice } from '../../schema/typebox.ts'
import * as errors from '../errors.ts'

const orders = ['asc', 'desc'] as const
const limitRule = 'an integer from 1 to 1000'
const maxLimit = 1000
const defaultLimit = 20

/** The query parameters that list keys. */
export const KeysQuery = Type.Object({
  state: Type.Optional(
    Choice(keyStates, {
      description: `one of ${keyStates.join(', ')}; without it, all keys but the deleted ones`,
    }),
  ),
  filter: Type.Optional(
    Type.String({ description: 'a part of the name or the id; upper and lower case of ASCII letters are the same' }),
  ),
  after: Type.Optional(Type.String({ description: 'the id of the key before the page: `next` of the page before' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: maxLimit, default: defaultLimit, description: limitRule })),
  order: Type.Optional(
    Choice(orders, { default: 'asc', description: 'asc or desc: oldest or newest first, by the time of creation' }),
  ),
})
export type KeysQuery = Type.Static<typeof KeysQuery>

const params = Object.keys(KeysQuery.properties)

/** Returns the search that a query describes. Throws 400 `invalid_query`. */
export function parseKeysQuery(query: Record<string, unknown>): KeySearch {
  for (const [param, text] of Object.entries(query)) {
    if (!params.includes(param)) throw errors.unknownQuery(param, params)
    if (typeof text !== 'string') throw errors.invalidQuery(param, 'given once', [text].flat().join(', '))
  }
  const { state, filter, after, limit, order } = query as Record<string, string | undefined>
  return {
    state: choiceOf('state', keyStates, state),
    order: choiceOf('order', orders, order) ?? 'asc',
    limit: limit === undefined ? defaultLimit : parseLimit(limit),
    // Forms send an empty field for none.
    filter: filter || undefined,
    after: after || undefined,
  }
}

function choiceOf<Value extends string>(
  param: string,
  values: readonly Value[],
  text: string | undefined,
): Value | undefined {
  if (text === undefined) return undefined
  const value = values.find((candidate) => candidate === text)
  if (value === undefined) throw errors.invalidQuery(param, `one of ${values.join(', ')}`, text)
  return value
}

function parseLimit(text: string): number {
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (limit < 1 || limit > maxLimit) throw errors.invalidQuery('limit', limitRule, text)
  return limit
}

import { type ExpectedResponse, invalidLimitType, unknownCursor } from './expected-errors.ts'

interface ListOf<Item> {
  /** In list order, with the items that are only cursors. */
  sorted: readonly Item[]
  isListed: (item: Item) => boolean
  toShape: (item: Item) => object
  noun: string
}

/** What every list must respond. */
export function pageOf<Item extends { id: string }>(
  { sorted, isListed, toShape, noun }: ListOf<Item>,
  { after, limit = 20 }: { after?: string; limit?: number | string },
): ExpectedResponse {
  if (typeof limit === 'string') return invalidLimitType()
  const cursor = sorted.findIndex(({ id }) => id === after)
  if (after && cursor < 0) return unknownCursor(after, noun)
  const rest = sorted.slice(cursor + 1).filter(isListed)
  const items = rest.slice(0, clampLimit(limit))
  return listOf(items.map(toShape), [items[0]?.id, items.at(-1)?.id], rest.length > items.length)
}

export const clampLimit = (limit: number) => Math.min(Math.max(limit, 1), 100)

export const listOf = (
  data: object[],
  [first, last]: [string | undefined, string | undefined],
  has_more: boolean,
): ExpectedResponse => success({ object: 'list', data, first_id: first ?? null, last_id: last ?? null, has_more })

export const success = (body: object): ExpectedResponse => ({ status: 200, text: JSON.stringify(body) })

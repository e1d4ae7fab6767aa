import type { ComponentChildren } from 'preact'

/** How wide a table must be for a column to show: 1 always, 2 from 500 px, 3 from 1180 px. */
type Tier = 1 | 2 | 3

export type Column<Item> = readonly [
  name: string,
  /** A track of a CSS grid. */
  width: string,
  tier: Tier,
  render: (item: Item) => ComponentChildren,
  align?: 'number',
]

/** Returns the tracks of the columns at each width of the table, for table.css. */
export function columnStyle(columns: readonly Column<never>[]): Record<string, string> {
  const tracks = (most: Tier) =>
    columns
      .filter(([, , tier]) => tier <= most)
      .map(([, width]) => width)
      .join(' ')
  return { '--narrow': tracks(1), '--medium': tracks(2), '--wide': tracks(3) }
}

import { styleText } from 'node:util'
import { toTerminalText } from '../common/safe-text.ts'
import { widthOf } from '../common/terminal-text.ts'

type Cell = string | number | null | undefined

/** A column of a table: its title, and the value of a row in it. */
export type Column<Row> = readonly [title: string, cellOf: (row: Row) => Cell]

/** Prints rows as a table. Numbers are right-aligned, and an absent value is a dash. */
export function printTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): void {
  const cells = rows.map((row) => columns.map(([, cellOf]) => cellOf(row)))
  const widths = columns.map(([title], index) =>
    Math.max(title.length, ...cells.map((row) => widthOf(toText(row[index])))),
  )
  const isNumeric = columns.map((_, index) => cells.some((row) => typeof row[index] === 'number'))
  const formatRow = (row: readonly Cell[]) =>
    row
      .map((cell, index) => pad(toText(cell), widths[index] ?? 0, isNumeric[index] ?? false))
      .join('  ')
      .trimEnd()
  const header = styleText('bold', formatRow(columns.map(([title]) => title)))
  process.stdout.write([header, ...cells.map(formatRow), ''].join('\n'))
}

const toText = (cell: Cell): string => (cell === null || cell === undefined ? '-' : toTerminalText(String(cell)))

const pad = (text: string, width: number, isRight: boolean): string =>
  isRight ? padding(text, width) + text : text + padding(text, width)

const padding = (text: string, width: number): string => ' '.repeat(width - widthOf(text))

/** Returns Unix seconds as ISO 8601. */
export const isoTime = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('.000', '')

import { renderTable } from './table.ts'

/** A line of the table in docs/performance.md. */
export interface SummaryRow {
  what: string
  figure: string
  /** What the figure is compared with, and the ratio. */
  compared: string
}

const start = '<!-- figures: written by npm run bench -->'
const end = '<!-- end of figures -->'

/** Returns the page with the rows in place of those that it had. Throws if it lacks the comments around them. */
export function replaceFigures(page: string, rows: readonly SummaryRow[], measured: string): string {
  const [before, rest = ''] = page.split(start)
  const after = rest.split(end)[1]
  if (before === undefined || after === undefined) throw new Error(`the page has no ${start} … ${end}`)
  const table = renderTable(
    ['', 'measured', 'compared'],
    rows.map(({ what, figure, compared }) => [what, figure, compared]),
  )
  return `${before}${start}\n\n${measured}\n\n${table}\n\n${end}${after}`
}

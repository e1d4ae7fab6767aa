import { version } from '../common/package-info.ts'
import type { Turn } from './probe.ts'
import { needsWrite, type Outcome, type Result, type Verdict } from './run.ts'

/** What is printed: statuses, shapes and codes, so that anybody may read it. */
export interface Report {
  version: string
  write: boolean
  requests: number
  same: number
  differs: number
  skipped: number
  failed: number
  made: number
  /** `null` where that could not be told. */
  not_removed: number | null
  /** Under these behaviours the emulator answers as this server does; the `behavior` of a seed. */
  switches: Turn
  probes: Result[]
}

export function reportOf({ results, requests, made, left }: Outcome, write: boolean): Report {
  const count = (verdict: Verdict) => results.filter((result) => result.verdict === verdict).length
  return {
    version,
    write,
    requests,
    same: count('same'),
    differs: count('differs'),
    skipped: count('skipped'),
    failed: count('failed'),
    made,
    not_removed: left.isUnsure || left.untold > 0 ? null : left.ids.length,
    switches: Object.assign({}, ...results.map((result) => result.switch)),
    probes: results,
  }
}

const titles = ['probe', 'evidence', 'expected', 'seen', 'verdict']

/** A report as a table in Markdown, and what follows from it. */
export function toText(report: Report): string {
  const shown = report.probes.filter(({ seen, verdict }) => !(verdict === 'skipped' && seen === needsWrite))
  const rows = shown.map(({ probe, evidence, expected, seen, verdict }) => [
    ...[probe, evidence, expected ?? ''],
    verdict === 'same' ? 'as expected' : seen,
    verdict,
  ])
  return [...table([titles, ...rows]), '', ...summary(report, report.probes.length - shown.length)].join('\n')
}

function table(rows: string[][]): string[] {
  const widths = titles.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const line = (row: string[]) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const [head = [], ...body] = rows
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)]
}

function summary(report: Report, unasked: number): string[] {
  const { same, differs, skipped, failed, requests, made, not_removed, switches } = report
  const counts = [`${same} same`, `${differs} differ`, `${skipped - unasked} skipped`, `${failed} failed`].join(', ')
  const removed = not_removed === null ? 'not surely all' : `${made - not_removed} of them`
  const turns = Object.entries(switches).map(
    ([name, value]) => `The emulator answers as this server does with the behaviour \`${name}: ${value}\`.`,
  )
  return [
    `${counts}, in ${requests} requests, by admin-keys-emulator ${report.version}.`,
    ...(unasked > 0 ? [`${unasked} more with --write.`] : []),
    ...(made > 0 ? [`${made} keys were made, ${removed} removed.`] : []),
    ...turns,
    '',
  ]
}

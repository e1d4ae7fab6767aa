import { version } from '../common/package-info.ts'
import type { BehaviorOverride } from './checks/evaluate.ts'
import { type RunOutcome, requiresWrite } from './run.ts'
import type { ProbeResult, Verdict } from './run-probe.ts'

/** The report in its JSON form. It holds statuses, types and codes only, so that it can be published. */
export interface Report {
  version: string
  write: boolean
  requests: number
  same: number
  differs: number
  skipped: number
  failed: number
  created: number
  /** `null` if the number is unknown. */
  not_removed: number | null
  /** The behavior with which the emulator responds like this server, for the `behavior` of a seed. */
  switches: BehaviorOverride
  probes: ProbeResult[]
}

export function toReport({ results, requestCount, createdCount, leftovers }: RunOutcome, write: boolean): Report {
  const count = (verdict: Verdict) => results.filter((result) => result.verdict === verdict).length
  const isLeftoverCountKnown = !leftovers.searchFailed && leftovers.untraceableCount === 0
  return {
    version,
    write,
    requests: requestCount,
    same: count('same'),
    differs: count('differs'),
    skipped: count('skipped'),
    failed: count('failed'),
    created: createdCount,
    not_removed: isLeftoverCountKnown ? leftovers.ids.length : null,
    switches: Object.assign({}, ...results.map((result) => result.switch)),
    probes: results,
  }
}

const columnTitles = ['probe', 'evidence', 'expected', 'seen', 'verdict']

/** Formats a report as a Markdown table with a summary below. */
export function toMarkdown(report: Report): string {
  const listed = report.probes.filter(({ seen, verdict }) => !(verdict === 'skipped' && seen === requiresWrite))
  const rows = listed.map(({ probe, evidence, expected, seen, verdict }) => [
    probe,
    evidence,
    expected ?? '',
    verdict === 'same' ? 'as expected' : seen,
    verdict,
  ])
  return [...toTable(columnTitles, rows), '', ...summarize(report, report.probes.length - listed.length)].join('\n')
}

function toTable(titles: string[], rows: string[][]): string[] {
  const widths = titles.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)))
  const line = (row: string[]) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  return [line(titles), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)]
}

function summarize(report: Report, unlistedCount: number): string[] {
  const { same, differs, skipped, failed, requests, created, not_removed, switches } = report
  const counts = [`${same} same`, `${differs} differ`, `${skipped - unlistedCount} skipped`, `${failed} failed`]
  const removed = not_removed === null ? 'possibly not all of them' : `${created - not_removed} of them`
  const switchLines = Object.entries(switches).map(
    ([name, value]) => `The emulator responds like this server with the behavior \`${name}: ${value}\`.`,
  )
  return [
    `${counts.join(', ')}; ${requests} requests; admin-keys-emulator ${report.version}.`,
    ...(unlistedCount > 0 ? [`${unlistedCount} more probes require --write.`] : []),
    ...(created > 0 ? [`${created} keys were created, ${removed} removed.`] : []),
    ...switchLines,
    '',
  ]
}

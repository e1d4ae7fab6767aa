import { version } from '../common/package-info.ts'
import type { BehaviorOverride } from './checks/evaluate.ts'
import type { Leftovers } from './created-keys.ts'
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
  projects_created: number
  /** `null` if the number is unknown. */
  projects_not_archived: number | null
  /** The behavior with which the emulator responds like this server, for the `behavior` of a seed. */
  switches: BehaviorOverride
  probes: ProbeResult[]
}

export function toReport(outcome: RunOutcome, write: boolean): Report {
  const { results, requestCount, createdCount, leftovers, createdProjectCount, projectLeftovers } = outcome
  const count = (verdict: Verdict) => results.filter((result) => result.verdict === verdict).length
  return {
    version,
    write,
    requests: requestCount,
    same: count('same'),
    differs: count('differs'),
    skipped: count('skipped'),
    failed: count('failed'),
    created: createdCount,
    not_removed: countLeftovers(leftovers),
    projects_created: createdProjectCount,
    projects_not_archived: countLeftovers(projectLeftovers),
    switches: Object.assign({}, ...results.map((result) => result.switch)),
    probes: results,
  }
}

const countLeftovers = ({ ids, searchFailed, untraceableCount }: Leftovers) =>
  searchFailed || untraceableCount > 0 ? null : ids.length

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
  const { projects_created, projects_not_archived } = report
  const counts = [`${same} same`, `${differs} differ`, `${skipped - unlistedCount} skipped`, `${failed} failed`]
  const without = (count: number, left: number | null) =>
    left === null ? 'possibly not all of them' : `${count - left} of them`
  const switchLines = Object.entries(switches).map(
    ([name, value]) => `The emulator responds like this server with the behavior \`${name}: ${value}\`.`,
  )
  return [
    `${counts.join(', ')}; ${requests} requests; admin-keys-emulator ${report.version}.`,
    ...(unlistedCount > 0 ? [`${unlistedCount} more probes require --write.`] : []),
    ...(created > 0 ? [`${created} keys were created, ${without(created, not_removed)} removed.`] : []),
    ...(projects_created > 0
      ? [`Projects created: ${projects_created}, ${without(projects_created, projects_not_archived)} archived.`]
      : []),
    ...switchLines,
    '',
  ]
}

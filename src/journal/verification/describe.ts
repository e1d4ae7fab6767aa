import type { JournalEntry } from '../schemas.ts'
import { redactExpected } from './expected-request.ts'
import { jsonDifferences } from './json-differences.ts'
import type { Difference, ExpectedRequest, Times, Verification, VerificationResult } from './schemas.ts'

type EntrySummary = Pick<JournalEntry, 'id' | 'method' | 'path' | 'status' | 'duration_ms'>

/** Returns a readable reason for a failed verification. `entries` has details of the closest requests. Contains no secrets. */
export function describeVerification(
  { in_order, times = { at_least: 1 }, ...expected }: Verification,
  { count, closest }: VerificationResult,
  entries: readonly EntrySummary[],
): string {
  const lines =
    in_order === undefined
      ? [`expected ${describeTimes(times)}, found ${count}`, ...describeExpected(expected)]
      : [`expected ${in_order.length} requests in this order, found ${count} of them`, ...describeList(in_order, count)]
  const known = new Map(entries.map((entry) => [entry.id, entry]))
  const title = closest.some(({ differs }) => differs.length === 0) ? 'Matching requests:' : 'Closest requests:'
  const described = closest.flatMap(({ id, differs }) => [
    `  ${describeEntry(id, known.get(id))}`,
    ...differs.flatMap(describeDifference).map((line) => `    ${line}`),
  ])
  const nothing = entries.length === 0 ? 'The journal is empty.' : 'There are no other requests.'
  return [...lines, ...(closest.length === 0 ? [nothing] : [title, ...described])].join('\n')
}

function describeTimes(times: Times): string {
  if (typeof times === 'number') return `exactly ${countOf(times)}`
  const { at_least, at_most } = times
  if (at_most === undefined) return `at least ${countOf(at_least ?? 0)}`
  return at_least === undefined ? `at most ${countOf(at_most)}` : `${at_least} to ${countOf(at_most)}`
}

const countOf = (count: number) => `${count} matching ${count === 1 ? 'request' : 'requests'}`

function describeExpected(expected: ExpectedRequest): string[] {
  const fields = Object.entries(redactExpected(expected)).filter(([, value]) => value !== undefined)
  if (fields.length === 0) return ['Expected: any request']
  return ['Expected:', ...fields.map(([field, value]) => `  ${field}: ${preview(value)}`)]
}

function describeList(expected: readonly ExpectedRequest[], count: number): string[] {
  const notes = (index: number) => (index < count ? ' (found)' : index === count ? ' (missing)' : '')
  return ['Expected:', ...expected.map((each, n) => `  ${n + 1}. ${preview(redactExpected(each))}${notes(n)}`)]
}

function describeEntry(id: string, entry: EntrySummary | undefined): string {
  if (entry === undefined) return id
  const { method, path, status, duration_ms } = entry
  return `${method} ${path} ${status ?? (duration_ms === null ? 'pending' : 'no response')} (${id})`
}

const maxJsonLines = 5

function describeDifference({ field, expected, got }: Difference): string[] {
  if (field !== 'json') return [`${field}: expected ${preview(expected)}, got ${preview(got)}`]
  const parts = jsonDifferences(expected, got, maxJsonLines + 1)
  const lines = parts.map((part) => `json${part.path}: expected ${preview(part.expected)}, got ${preview(part.got)}`)
  return lines.length > maxJsonLines ? [...lines.slice(0, maxJsonLines), 'json: …'] : lines
}

const maxPreviewLength = 200

function preview(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > maxPreviewLength ? `${text.slice(0, maxPreviewLength)}…` : text
}

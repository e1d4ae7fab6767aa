import type { FaultBody, JournalEntry, ListedFault } from '../api/types.ts'
import { shortOperation } from '../common/format.ts'
import { type FaultKind, type FieldName, forms } from './forms.ts'

type MatchName = 'key_id' | 'calling_key_id' | 'header_name' | 'header_value'
type TextName = FieldName | MatchName | 'times' | 'skip'

/** What the form contains, as text. */
export type Draft = { kind: FaultKind; operation: string; when: 'before' | 'after_commit' } & Record<TextName, string>

export const emptyDraft: Draft = {
  kind: 'error',
  operation: 'list',
  when: 'before',
  status: '500',
  message: '',
  type: '',
  code: '',
  param: '',
  headers: '',
  requests: '10',
  per: '1m',
  ms: '2s',
  patch: '[{ "op": "add", "path": "/added", "value": true }]',
  times: '1',
  skip: '0',
  key_id: '',
  calling_key_id: '',
  header_name: '',
  header_value: '',
}

/** Returns the draft of a fault that does to other requests what was done to this one. */
export function draftLike(entry: JournalEntry, faults: readonly ListedFault[]): Draft {
  const operation = shortOperation(entry.operation) || '*'
  const fault = faults.find(({ id }) => id === entry.fault_id)
  if (fault !== undefined) return { ...draftOf(fault), operation }
  const isError = entry.status !== null && entry.status >= 400
  const isAboutKey = operation === 'get' || operation === 'delete'
  return {
    ...emptyDraft,
    operation,
    status: String(isError ? entry.status : 500),
    key_id: isAboutKey ? (entry.key_id ?? '') : '',
  }
}

function draftOf({ kind, when, times, match, ...fields }: ListedFault): Draft {
  const draft = { ...emptyDraft, kind, when: when ?? forms[kind].phases[0] ?? 'before' }
  for (const name of forms[kind].fields) {
    const value = fields[name]
    if (value === undefined || value === null) continue
    if (name === 'headers')
      draft.headers = Object.entries(value)
        .map((header) => header.join(': '))
        .join('\n')
    else draft[name] = typeof value === 'object' ? JSON.stringify(value) : String(value)
  }
  if (times !== undefined) draft.times = times === null ? '' : String(times)
  return { ...draft, calling_key_id: match?.calling_key_id ?? '' }
}

/** The mistakes of a draft, by field. */
export type Mistakes = Partial<Record<TextName, string>>

/** Returns the body that adds the fault, and what is wrong with it. */
export function toFault(draft: Draft): { fault: FaultBody; mistakes: Mistakes } {
  const mistakes: Mistakes = {}
  const { fields, phases } = forms[draft.kind]
  const fault: Record<string, unknown> = { operation: draft.operation, kind: draft.kind }
  for (const name of fields) {
    const text = draft[name]
    const parse = parsers[name]
    if (parse === undefined ? text === '' : text === '' && optional.has(name)) continue
    const value = parse === undefined ? text : parse(text)
    if (value === undefined) mistakes[name] = rules[name] ?? 'is not valid'
    else fault[name] = value
  }
  if (phases.length > 0) {
    fault['when'] = phases.includes(draft.when) ? draft.when : phases[0]
    fault['times'] = draft.times === '' ? null : parseCount(draft.times, 1)
    if (fault['times'] === undefined) mistakes.times = 'an integer from 1, or empty for no limit'
    const skip = parseCount(draft.skip || '0', 0)
    if (skip === undefined) mistakes.skip = 'an integer from 0'
    else if (skip > 0) fault['skip'] = skip
  }
  const match = toMatch(draft)
  if (match !== undefined) fault['match'] = match
  // The form of each kind has only its fields.
  return { fault: fault as FaultBody, mistakes }
}

function toMatch({ key_id, calling_key_id, header_name, header_value }: Draft): object | undefined {
  const match = {
    ...(key_id !== '' && { key_id }),
    ...(calling_key_id !== '' && { calling_key_id }),
    ...(header_name !== '' && { header: { [header_name]: header_value } }),
  }
  return Object.keys(match).length === 0 ? undefined : match
}

function parseCount(text: string, least: number, most = Number.MAX_SAFE_INTEGER): number | undefined {
  const count = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN
  return count >= least && count <= most ? count : undefined
}

const optional = new Set<FieldName>(['headers'])

const parsers: Partial<Record<FieldName, (text: string) => unknown>> = {
  status: (text) => parseCount(text, 400, 599),
  requests: (text) => parseCount(text, 0),
  per: (text) => (/^[1-9]\d{0,9}(ms|[smhd])$/.test(text) ? text : undefined),
  ms: (text) => (/^(0|[1-9]\d{0,9})(ms|[smh])$/.test(text) ? text : parseCount(text, 0, 3_600_000)),
  headers: parseHeaders,
  patch: parsePatch,
}

const rules: Partial<Record<FieldName, string>> = {
  status: 'an integer from 400 to 599',
  requests: 'an integer from 0',
  per: 'a duration such as 1m (ms, s, m, h, d)',
  ms: 'milliseconds, or a duration up to 1h such as 2s',
  headers: 'one header a line: name: value',
  patch: 'a JSON Patch: a list of operations',
}

function parseHeaders(text: string): Record<string, string> | undefined {
  const headers: Record<string, string> = {}
  for (const line of text.split('\n').filter((each) => each.trim() !== '')) {
    const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):\s*([\x20-\x7e]*)$/.exec(line) ?? []
    if (name === undefined || value === undefined) return undefined
    headers[name] = value
  }
  return headers
}

function parsePatch(text: string): unknown {
  try {
    const patch = JSON.parse(text)
    return Array.isArray(patch) && patch.length > 0 ? patch : undefined
  } catch {
    return undefined
  }
}

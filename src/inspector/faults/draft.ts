import type { FaultBody, JournalEntry, ListedFault } from '../api/types.ts'
import type { Texts } from '../common/fields.tsx'
import { shortOperation } from '../common/operations.ts'
import { type FaultKind, type FieldName, fields, forms } from './forms.ts'

const emptyDraft: Texts = {
  kind: 'error',
  operation: 'list',
  ...Object.fromEntries(Object.entries(fields).map(([name, { value = '' }]) => [name, value])),
  times: '1',
  skip: '0',
}

/** Returns what the form contains at first: a fault that does to other requests what was done to `entry`. */
export function draftLike(entry: JournalEntry | undefined, faults: readonly ListedFault[]): Texts {
  if (entry === undefined) return emptyDraft
  const operation = shortOperation(entry.operation) || '*'
  const fault = faults.find(({ id }) => id === entry.fault_id)
  if (fault !== undefined) return { ...emptyDraft, ...textsOfFault(fault), operation }
  return {
    ...emptyDraft,
    operation,
    status: String(Math.max(entry.status ?? 0, 400) === entry.status ? entry.status : 500),
    key_id: /get|retrieve|delete/.test(operation) ? (entry.key_id ?? '') : '',
  }
}

function textsOfFault({ kind, when, times, match, headers, ...others }: ListedFault): Texts {
  const given = Object.entries(others).filter(([name, value]) => name in fields && value !== null)
  const texts = given.map(([name, value]) => [name, typeof value === 'object' ? JSON.stringify(value) : String(value)])
  return {
    ...Object.fromEntries(texts),
    kind,
    ...(when && { when }),
    times: String(times ?? ''),
    ...(headers && {
      headers: Object.entries(headers)
        .map((header) => header.join(': '))
        .join('\n'),
    }),
    calling_key_id: match?.calling_key_id ?? '',
  }
}

/** Returns the body that adds the fault. A field is undefined if its text is not valid. */
export function toFault(draft: Texts): FaultBody {
  const { kind, operation, when, times, skip } = draft
  const form = forms[kind as FaultKind]
  const phase = form.phases?.find((each) => each === when) ?? form.phases?.[0]
  // The form of each kind has only its fields.
  return {
    operation,
    kind,
    ...Object.fromEntries(form.fields.flatMap((name) => (draft[name] ? [[name, parseField(name, draft[name])]] : []))),
    ...(phase && { when: phase, times: times ? Number(times) : null }),
    ...(phase && Number(skip) > 0 && { skip: Number(skip) }),
    ...toMatch(draft),
  } as unknown as FaultBody
}

function toMatch({ key_id, project_id, calling_key_id, header_name, header_value }: Texts) {
  const match = {
    ...(key_id && { key_id }),
    ...(project_id && { project_id }),
    ...(calling_key_id && { calling_key_id }),
    ...(header_name && { header: { [header_name]: header_value } }),
  }
  return Object.keys(match).length > 0 && { match }
}

const parsers: Partial<Record<FieldName, (text: string) => unknown>> = {
  status: Number,
  requests: Number,
  ms: (text) => (/\D/.test(text) ? text : Number(text)),
  headers: parseHeaders,
  patch: parseJson,
}

/** Returns the value that a text stands for; undefined if it is not valid. */
export function parseField(name: FieldName, text: string): unknown {
  const parse = parsers[name]
  return parse === undefined ? text : parse(text)
}

function parseHeaders(text: string): Record<string, string> | undefined {
  const headers = text
    .trim()
    .split('\n')
    .map((line) => /^([^\s:]+):\s*(.*)$/.exec(line) ?? [])
  return headers.every(({ length }) => length > 0)
    ? Object.fromEntries(headers.map(([, name, value]) => [name, value]))
    : undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

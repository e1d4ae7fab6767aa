import { toTerminalText } from '../common/safe-text.ts'
import { createPaint, type Paint, type Style, truncate, widthOf } from '../common/terminal-text.ts'

/** A line of the log. All other fields are details of the event. */
interface Entry {
  level: number
  time: number
  msg: string
  sandbox?: string
  request_id?: string
  err?: { message: string; stack?: string }
}

/** The log line of a request. Malformed HTTP has no method and path. */
interface RequestEntry extends Entry {
  method?: string
  path?: string
  query?: string
  /** Absent if no response was sent. */
  status?: number
  duration_ms?: number
  reason?: string
}

const maxColumns = 120
const warnLevel = 40
const errorLevel = 50

/** Returns a function that formats a JSON line of the log for people who read `stream`. */
export function createPrettyFormat(stream: NodeJS.WriteStream): (json: string) => string {
  const paint = createPaint(stream)
  return (json) => {
    const entry: Entry = JSON.parse(json)
    // Some terminals report 0 columns.
    const columns = Math.min(stream.columns || maxColumns, maxColumns)
    const line = entry.msg === 'request' ? formatRequest(entry, columns, paint) : formatEvent(entry, paint)
    return `${line}${formatStack(entry, paint)}\n`
  }
}

const timeOfDay = (time: number) => new Date(time).toTimeString().slice(0, 8)

// The minimum number of columns for the URL and the reason if both are long.
const minTargetColumns = 30
const minReasonColumns = 40

function formatRequest(entry: RequestEntry, columns: number, paint: Paint): string {
  const { method, path, query = '', status, duration_ms, sandbox, reason = entry.err?.message } = entry
  const statusText = String(status ?? (method === undefined ? '' : '-'))
  const duration = duration_ms === undefined ? '' : `${Math.round(duration_ms)}ms`
  const sandboxText = sandbox === undefined ? '' : `[${sandbox}]`
  const reasonText = reason === undefined ? '' : toTerminalText(decodeReason(reason))
  const fixed = [timeOfDay(entry.time), method ?? '', statusText, duration, sandboxText].filter((word) => word !== '')
  const freeColumns = columns - fixed.join(' ').length - 1
  const reasonColumns = reason === undefined ? 0 : Math.min(widthOf(reasonText), minReasonColumns) + 1
  const target = shortenStart(toAscii(`${path ?? ''}${query}`), Math.max(freeColumns - reasonColumns, minTargetColumns))
  const words: Word[] = [
    ['dim', timeOfDay(entry.time)],
    ['bold', method ?? ''],
    ['plain', target],
    [statusStyle(status), statusText],
    ['dim', duration],
    ['cyan', sandboxText],
    ['plain', reasonText],
  ]
  return formatWords(words, columns, paint)
}

function formatEvent(entry: Entry, paint: Paint): string {
  const { level, time, msg, sandbox, request_id, err, ...details } = entry
  const pairs = Object.entries(details).map(([name, value]) => `${name}=${toText(value)}`)
  const words: Word[] = [
    ['dim', timeOfDay(time)],
    ...(level >= warnLevel ? [levelWord(level)] : []),
    ['cyan', sandbox === undefined ? '' : `[${sandbox}]`],
    ['plain', toTerminalText(msg)],
    ['plain', toTerminalText(pairs.join(' '))],
  ]
  return formatWords(words, Number.POSITIVE_INFINITY, paint)
}

const levelWord = (level: number): Word => (level >= errorLevel ? ['red', 'ERROR'] : ['yellow', 'WARN'])

function toText(value: unknown): string {
  return typeof value === 'string' && !value.includes(' ') ? value : JSON.stringify(value)
}

function formatStack({ msg, err }: Entry, paint: Paint): string {
  if (err === undefined || msg === 'request') return ''
  const lines = (err.stack ?? err.message).split('\n')
  return lines.map((line) => `\n  ${paint(line.startsWith('    at ') ? 'dim' : 'red', toTerminalText(line))}`).join('')
}

type Word = [style: Style, text: string]

/** Joins the non-empty words with spaces, and cuts the line at the last column. */
function formatWords(words: readonly Word[], columns: number, paint: Paint): string {
  let freeColumns = columns
  const shown: string[] = []
  for (const [style, text] of words) {
    if (text === '' || freeColumns <= 0) continue
    const word = truncate(text, freeColumns)
    freeColumns -= widthOf(word) + 1
    shown.push(paint(style, word))
  }
  return shown.join(' ')
}

function statusStyle(status: number | undefined): Style {
  if (status === undefined || status >= 500) return 'red'
  return status >= 400 ? 'yellow' : 'green'
}

/** Escapes other characters than printable ASCII, which clients may send, and which redaction may decode. */
const toAscii = (url: string) => url.replace(/[^\x21-\x7e]+/g, (text) => encodeURIComponent(text))

/** Cuts the start of a URL, because requests usually differ at its end. */
const shortenStart = (url: string, columns: number) => (url.length <= columns ? url : `…${url.slice(1 - columns)}`)

/** Returns the reason with its escapes of non-ASCII characters decoded. */
const decodeReason = (reason: string) =>
  reason
    .replaceAll('; ', ' ')
    .replace(/(?:%[89A-F][0-9A-F])+/gi, (escapes) => Buffer.from(escapes.replaceAll('%', ''), 'hex').toString())

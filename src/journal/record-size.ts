import type { IncomingHttpHeaders } from 'node:http'
import type { JournalEntry } from './schemas.ts'

/** The text of a record when its request arrives. */
interface RecordText {
  url: string
  headers: IncomingHttpHeaders
  query: JournalEntry['query']
}

const recordBytes = 1000

// For the name and the value of a header or query parameter, apart from their characters.
const propertyBytes = 64

/** Returns approximately how many bytes a record holds in memory, without bodies and reason. */
export function recordSize({ url, headers, query }: RecordText): number {
  // The path and the decoded query are copies of parts of the URL.
  const urlBytes = 2 * url.length + Object.keys(query).length * propertyBytes
  return recordBytes + urlBytes + headersSize(headers)
}

/** Returns the bytes that the characters of a text hold: V8 stores two for each if one of them is outside Latin-1. */
export function textSize(text = ''): number {
  return /[^\0-\xff]/.test(text) ? 2 * text.length : text.length
}

// Node decodes headers as Latin-1.
function headersSize(headers: IncomingHttpHeaders): number {
  let size = 0
  for (const name in headers) size += propertyBytes + name.length + String(headers[name]).length
  return size
}

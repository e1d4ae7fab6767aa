import type { JournalEntry } from '../api/types.ts'
import { quote } from '../common/quote.ts'

// What curl sends itself, what describes only this connection or attempt, and what the journal does not contain.
const omitted =
  /^(host|connection|content-length|accept-encoding|user-agent|transfer-encoding|expect|authorization|cookie|x-api-key|proxy-authorization|x-stainless-.*|sec-.*)$/

/** Returns the command that sends a request again. */
export function toCurl({ method, url, headers, body }: JournalEntry, origin: string): string {
  const parts = [`curl -g -X ${method} ${quote(origin + url)}`]
  if ('authorization' in headers) parts.push('-H "Authorization: Bearer $OPENAI_ADMIN_KEY"')
  for (const [name, values] of Object.entries(headers)) {
    if (omitted.test(name)) continue
    for (const value of [values].flat()) parts.push(`-H ${quote(`${name}: ${value}`)}`)
  }
  if (body !== null && body !== '') parts.push(`--data-raw ${quote(body)}`)
  return parts.join(' \\\n  ')
}

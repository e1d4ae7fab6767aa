import type { IncomingHttpHeaders } from 'node:http'

/** Pattern for text that fits into a header, such as a key value. */
export const headerTextPattern = '^[!-~]([ -~]*[!-~])?$'

/** Describes the pattern in messages, after "must be". */
export const headerTextRule = 'printable ASCII that neither starts nor ends with a space'

const hostLabel = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i

/** Returns whether a text is a DNS name without the final dot: labels of 1 to 63 characters, 253 in all. */
export const isHostName = (text: string): boolean =>
  text.length <= 253 && text.split('.').every((each) => hostLabel.test(each))

/** Returns the host and port of a URL; an IPv6 address is in brackets. */
export const toAuthority = (host: string | undefined, port: number | undefined): string =>
  `${host?.includes(':') ? `[${host}]` : host}:${port}`

/** Returns how a body is compressed: its `content-encoding`, or undefined if that is absent or `identity`. */
export function compressionOf({ 'content-encoding': encoding = '' }: IncomingHttpHeaders): string | undefined {
  return /^\s*(identity)?\s*$/i.test(encoding) ? undefined : encoding
}

import type { IncomingHttpHeaders } from 'node:http'

/** The text that a header can carry, as a pattern for JSON Schema: what key values and organization ids may be. */
export const headerTextPattern = '^[!-~]([ -~]*[!-~])?$'

/** The rule of `headerTextPattern`, to follow "must be". */
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

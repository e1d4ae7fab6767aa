import type { Sending } from './connection.ts'

/** The same bytes in the same pieces, for a bash, with what comes back within two seconds. */
export function inShell({ segments, pause, ending }: Sending): string {
  const wait = pause === 0 ? '' : `sleep ${pause / 1000}; `
  const pieces = segments.map((segment) => `printf '${escaped(segment)}' >&3; ${wait}`)
  const rest = ending === 'wait' || ending === 'half-close' ? 'timeout 2 cat <&3; ' : ''
  return `exec 3<>/dev/tcp/127.0.0.1/4010; ${pieces.join('')}${rest}exec 3>&- # ${ending}`
}

// printf has escapes of its own, and a quote would end the word.
const escaped = (bytes: Buffer) =>
  bytes
    .toString('latin1')
    .replaceAll('\r', '\\r')
    .replaceAll('\n', '\\n')
    .replace(/[^\x20-\x7e\r\n]|['%]|\\(?![rn])/g, (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`)

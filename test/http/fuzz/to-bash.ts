import type { Transmission } from './connection.ts'

/** Returns a bash command that sends the same segments and prints what arrives within two seconds. */
export function toBash({ segments, pauseMs, ending }: Transmission): string {
  const wait = pauseMs === 0 ? '' : `sleep ${pauseMs / 1000}; `
  const writes = segments.map((segment) => `printf '${escapeForPrintf(segment)}' >&3; ${wait}`)
  const readResponse = ending === 'await-responses' || ending === 'half-close' ? 'timeout 2 cat <&3; ' : ''
  return `exec 3<>/dev/tcp/127.0.0.1/4010; ${writes.join('')}${readResponse}exec 3>&- # ${ending}`
}

// printf interprets backslashes and percent signs, and a single quote would end the shell word.
const escapeForPrintf = (bytes: Buffer) =>
  bytes
    .toString('latin1')
    .replaceAll('\r', '\\r')
    .replaceAll('\n', '\\n')
    .replace(/[^\x20-\x7e\r\n]|['%]|\\(?![rn])/g, (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`)

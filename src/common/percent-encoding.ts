const escapes = /%[2-7][0-9a-f]/gi

/**
 * Decodes the escapes of printable ASCII, or only those that match `characters`. Never throws, unlike decodeURIComponent on an
 * incomplete escape.
 */
export const decodeAscii = (text: string, characters = /./): string => {
  if (!text.includes('%')) return text
  return text.replace(escapes, (encoded) => {
    const character = String.fromCharCode(Number.parseInt(encoded.slice(1), 16))
    return characters.test(character) ? character : encoded
  })
}

const percentSign = 0x25

/**
 * Decodes the escapes of printable ASCII until none is left, also those that decoding creates: `%2541` becomes `A`. Takes
 * linear time, where decoding in passes would take one pass per level.
 */
export function decodeAsciiFully(text: string): string {
  if (!text.includes('%')) return text
  const decoded = new Uint16Array(text.length)
  let length = 0
  for (let index = 0; index < text.length; index++) {
    decoded[length++] = text.charCodeAt(index)
    // Only the last character can complete an escape, and a decoded one can complete the next.
    for (let code = escapeAt(decoded, length - 3); code !== undefined; code = escapeAt(decoded, length - 3)) {
      length -= 2
      decoded[length - 1] = code
    }
  }
  return Buffer.from(decoded.buffer, 0, 2 * length).toString('utf16le')
}

/** Returns the character code of the escape at `start`, or undefined if no escape starts there. */
function escapeAt(codes: Uint16Array, start: number): number | undefined {
  if (codes[start] !== percentSign) return undefined
  const high = hexDigit(codes[start + 1])
  const low = hexDigit(codes[start + 2])
  return high >= 2 && high <= 7 && low >= 0 ? 16 * high + low : undefined
}

/** Returns -1 for any other character. */
function hexDigit(code = 0): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  const lowerCase = code | 0x20
  return lowerCase >= 0x61 && lowerCase <= 0x66 ? lowerCase - 0x57 : -1
}

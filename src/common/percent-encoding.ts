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

const escapes = /%[2-7][0-9a-f]/gi

/**
 * The text with the escapes of printable ASCII decoded, or of those characters only that match `which`.
 * Never throws, as decodeURIComponent does on half an escape.
 */
export const decodeAscii = (text: string, which = /./): string => {
  if (!text.includes('%')) return text
  return text.replace(escapes, (encoded) => {
    const character = String.fromCharCode(Number.parseInt(encoded.slice(1), 16))
    return which.test(character) ? character : encoded
  })
}

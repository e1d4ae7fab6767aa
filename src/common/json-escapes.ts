// Backslashes before the escape are those of JSON within JSON, and may be escaped themselves. The lookbehind keeps the search
// linear: a run of backslashes is searched once.
const escapes = /(?<!\\)\\(?:\\|u005c)*(?:u00([2-9a-f][0-9a-f])|\/)/gi

/**
 * Decodes the escapes that a JSON string does not need, however deeply nested: `\u0073` becomes `s`, and `\/` a slash. Quotes
 * and backslashes keep one, so that the text of a JSON document stays one.
 */
export function decodeJsonEscapes(text: string): string {
  if (!text.includes('\\')) return text
  return text.replace(escapes, (_escape, hex?: string) => {
    const character = hex === undefined ? '/' : String.fromCharCode(Number.parseInt(hex, 16))
    return character === '"' || character === '\\' ? `\\${character}` : character
  })
}

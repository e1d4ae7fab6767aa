import fc from 'fast-check'

type Encode = (text: string) => string

const encodeMasked = (mask: boolean[], encode: Encode): Encode => {
  const isEscaped = (index: number) => mask[index % mask.length]
  return (text) => [...text].map((character, index) => (isEscaped(index) ? encode(character) : character)).join('')
}

const toHex = (character: string, digits: number) => character.charCodeAt(0).toString(16).padStart(digits, '0')
const percentEncode: Encode = (character) => `%${toHex(character, 2)}`
const jsonEscape: Encode = (character) => `\\u${toHex(character, 4)}`

const mask = fc.array(fc.boolean(), { minLength: 1, maxLength: 12 })

/** Encodings of ASCII text in a URL: unchanged, or with random characters percent-encoded once or twice. */
export const urlEncoding: fc.Arbitrary<Encode> = fc.array(mask, { maxLength: 2 }).map((masks) => (text) => {
  const all = masks.map((each) => encodeMasked(each, percentEncode))
  return all.reduce((encoded, encode) => encode(encoded), text)
})

/** Encodings of ASCII text in a JSON string. */
export const jsonEscaping: fc.Arbitrary<Encode> = fc.oneof(
  mask.map((each) => encodeMasked(each, jsonEscape)),
  urlEncoding,
)

/** Decodes percent-encoding and JSON escapes until none are left. */
export function unescapeAll(text: string): string {
  const decoded = text.replace(/%([0-9a-f]{2})|\\+u00([0-9a-f]{2})/gi, (_, percentHex, jsonHex) =>
    String.fromCharCode(Number.parseInt(percentHex ?? jsonHex, 16)),
  )
  return decoded === text ? text : unescapeAll(decoded)
}

import fc from 'fast-check'

/** Writes a text in another way. */
type Write = (text: string) => string

const escapeWith = (mask: boolean[], escaped: Write): Write => {
  const isEscaped = (index: number) => mask[index % mask.length]
  return (text) => [...text].map((character, index) => (isEscaped(index) ? escaped(character) : character)).join('')
}

const hex = (character: string, digits: number) => character.charCodeAt(0).toString(16).padStart(digits, '0')
const percent: Write = (character) => `%${hex(character, 2)}`
const json: Write = (character) => `\\u${hex(character, 4)}`

const mask = fc.array(fc.boolean(), { minLength: 1, maxLength: 12 })

/** Ways to write ASCII in a URL: as it is, or percent-encoded here and there, once or twice. */
export const inUrl: fc.Arbitrary<Write> = fc.array(mask, { maxLength: 2 }).map((masks) => (text) => {
  const all = masks.map((each) => escapeWith(each, percent))
  return all.reduce((written, write) => write(written), text)
})

/** Ways to write it in a string of JSON. */
export const inJson: fc.Arbitrary<Write> = fc.oneof(
  mask.map((each) => escapeWith(each, json)),
  inUrl,
)

/** What a text says to whoever undoes every escape in it. */
export function plain(text: string): string {
  const decoded = text.replace(/%([0-9a-f]{2})|\\+u00([0-9a-f]{2})/gi, (_, percent, json) =>
    String.fromCharCode(Number.parseInt(percent ?? json, 16)),
  )
  return decoded === text ? text : plain(decoded)
}

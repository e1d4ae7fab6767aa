// Control and format characters and unpaired surrogates, which can control a terminal, or reorder or hide text.
const unsafe = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

/** Returns the text for one line of a terminal, with control and format characters escaped. */
export const toTerminalText = (text: string): string => text.replace(unsafe, escapeUnits)

/** Returns a value as JSON that is safe for a terminal; on several lines if they are indented. */
export const toTerminalJson = (value: unknown, indent = 0): string =>
  JSON.stringify(value, null, indent).replace(unsafe, (character) =>
    // JSON has already escaped line breaks in strings.
    character === '\n' ? character : escapeUnits(character),
  )

/** In UTF-16, so that the escapes are valid in JSON, too. */
const escapeUnits = (character: string): string =>
  Array.from({ length: character.length }, (_, index) => escapeUnit(character.charCodeAt(index))).join('')

const escapeUnit = (unit: number): string => `\\u${unit.toString(16).padStart(4, '0')}`

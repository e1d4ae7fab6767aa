/** Deeper JSON is rejected: parsing a million levels takes half a second, and cloning them exceeds the stack. */
export const maxJsonDepth = 1000

const [quote, backslash, openArray, closeArray, openObject, closeObject] = [...Buffer.from('"\\[]{}')]

/** Returns whether a text of JSON in UTF-8 has more than `limit` levels of arrays and objects. */
export function isTooDeep(json: Buffer, limit = maxJsonDepth): boolean {
  let depth = 0
  let isInString = false
  for (let index = 0; index < json.length; index++) {
    const byte = json[index]
    if (byte === quote) isInString = !isInString
    else if (isInString) {
      if (byte === backslash) index++
    } else if (byte === openArray || byte === openObject) {
      depth++
      if (depth > limit) return true
    } else if (byte === closeArray || byte === closeObject) depth--
  }
  return false
}

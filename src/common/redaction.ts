import { decodeJsonEscapes } from './json-escapes.ts'
import { decodeAsciiFully } from './percent-encoding.ts'

const keyPattern = /sk-[A-Za-z0-9_-]{12,}/g

// Under `auth: any` a token can be as short as a word; replacing it would garble the text.
const minTokenLength = 8

/** Returns a secret in the form of the API's documents: the first 8 characters, `...`, the last 3. */
export const toRedactedValue = (value: string): string => `${value.slice(0, 8)}...${value.slice(-3)}`

/** The length up to which `mask` leaves a secret unchanged. */
export const maxUnmaskedLength = 12

/** Returns a secret as the API quotes it in errors: the first 8 characters, asterisks up to its length, the last 4. */
export function mask(secret: string): string {
  if (secret.length <= maxUnmaskedLength) return secret
  return `${secret.slice(0, 8)}${'*'.repeat(secret.length - maxUnmaskedLength)}${secret.slice(-4)}`
}

/**
 * Returns the text without what looks like a key and without the token that the client sent, also if they are percent-encoded or
 * written with JSON escapes. Secrets of fewer than 20 characters become `[redacted]`.
 */
export function redact(text: string, token = ''): string {
  const decoded = decode(text)
  const redacted = hideSecrets(decoded, token)
  // A text without secrets keeps its encoding.
  return redacted === decoded ? text : redacted
}

// One encoding within the other, such as percent-encoding in a JSON string in a URL.
const maxNesting = 3

function decode(text: string): string {
  let decoded = text
  for (let level = 0; level < maxNesting; level++) {
    const next = decodeJsonEscapes(decodeAsciiFully(decoded))
    if (next === decoded) break
    decoded = next
  }
  return decoded
}

/** Returns whether the text contains the token if backslashes, which may be the token's or an escape's, are ignored. */
export function containsIgnoringBackslashes(text: string, token: string): boolean {
  const plain = (each: string) => withBlanks(each.replaceAll('\\', ''))
  const [plainText, plainToken] = [plain(decode(text)), plain(token)]
  return plainToken.length >= minTokenLength && plainText.includes(plainToken)
}

/** Returns the text without what looks like a key. Keeps JSON valid, because it decodes nothing. */
export const hideKeys = (text: string): string => hideSecrets(text, '')

function hideSecrets(text: string, token: string): string {
  if (!mayContainSecret(text, token)) return text
  const withoutToken = token.length < minTokenLength ? text : hideToken(text, token)
  return withoutToken.replace(keyPattern, redactSecret)
}

const hasBlank = (token: string) => /[ +]/.test(token)

// Forms encode a space as `+`, also in a URL.
const withBlanks = (text: string) => text.replaceAll('+', ' ')

function hideToken(text: string, token: string): string {
  if (!hasBlank(token)) return text.replaceAll(token, redactSecret)
  const [searched, sought] = [withBlanks(text), withBlanks(token)]
  let hidden = ''
  let end = 0
  for (let start = searched.indexOf(sought); start >= 0; start = searched.indexOf(sought, end)) {
    hidden += text.slice(end, start) + redactSecret(token)
    end = start + token.length
  }
  return hidden + text.slice(end)
}

const keyTail = /[A-Za-z0-9_-]{12}/y

/** A quick check: most texts contain no secret, and replacing costs much more. */
function mayContainSecret(text: string, token: string): boolean {
  const isKey = token.startsWith('sk-')
  if (hasBlank(token) || (!isKey && token !== '' && text.includes(token))) return true
  // Searches for the hyphen, which is rarer than the letters before it.
  for (let hyphen = text.indexOf('-'); hyphen >= 0; hyphen = text.indexOf('-', hyphen + 1)) {
    if (!text.startsWith('sk', hyphen - 2)) continue
    keyTail.lastIndex = hyphen + 1
    if ((isKey && text.startsWith(token, hyphen - 2)) || keyTail.test(text)) return true
  }
  return false
}

/** Returns what may be visible of a secret. */
export const redactSecret = (secret: string) => (secret.length < 20 ? '[redacted]' : toRedactedValue(secret))

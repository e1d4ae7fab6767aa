import { decodeAscii } from './percent-encoding.ts'

const keyPattern = /sk-[A-Za-z0-9_-]{12,}/g

// Under `auth: any` a token may be a word like any other, or a letter.
const minTokenLength = 8

/** A secret as the API shows it: the first 8 characters, `...`, the last 3. */
export const redactedValue = (value: string): string => `${value.slice(0, 8)}...${value.slice(-3)}`

/**
 * The text without what looks like a key, and without the token that a client presented, percent-encoded or not.
 * What is shorter than 20 characters leaves nothing of itself.
 */
export function redact(text: string, presented = ''): string {
  const decoded = decodeRepeatedly(text)
  const redacted = hideSecrets(decoded, presented)
  // Where there is nothing to hide the text stays as it was written.
  return redacted === decoded ? text : redacted
}

/** Also what is encoded more than once. */
function decodeRepeatedly(text: string): string {
  let decoded = text
  for (let next = decodeAscii(decoded); next !== decoded; next = decodeAscii(decoded)) decoded = next
  return decoded
}

function hideSecrets(text: string, presented: string): string {
  if (!mayContainSecret(text, presented)) return text
  const withoutToken = presented.length < minTokenLength ? text : text.replaceAll(presented, redactSecret)
  return withoutToken.replace(keyPattern, redactSecret)
}

const keyTail = /[A-Za-z0-9_-]{12}/y

/** Most texts hold nothing to hide, and to see that takes much less than to look for all that would be replaced. */
function mayContainSecret(text: string, presented: string): boolean {
  const isKey = presented.startsWith('sk-')
  if (!isKey && presented !== '' && text.includes(presented)) return true
  // By the hyphen, which is rarer than the letters before it.
  for (let hyphen = text.indexOf('-'); hyphen >= 0; hyphen = text.indexOf('-', hyphen + 1)) {
    if (!text.startsWith('sk', hyphen - 2)) continue
    keyTail.lastIndex = hyphen + 1
    if ((isKey && text.startsWith(presented, hyphen - 2)) || keyTail.test(text)) return true
  }
  return false
}

/** What is to be seen of a secret. */
export const redactSecret = (secret: string) => (secret.length < 20 ? '[redacted]' : redactedValue(secret))

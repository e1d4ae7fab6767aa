import { credentialIn } from '../../openai-api/http/authentication.ts'
import { createRedactor, type RedactText, redactHeaders } from '../redact-entry.ts'
import type { ExpectedRequest } from './schemas.ts'

const lowerCaseNames = (header: Record<string, string>) =>
  Object.fromEntries(Object.entries(header).map(([name, value]) => [name.toLowerCase(), value]))

/** Returns the request as the journal would show it: without secrets, and with lower-case header names. */
export function redactExpected<Expected extends ExpectedRequest>(expected: Expected): Expected {
  const header = expected.header && lowerCaseNames(expected.header)
  const redactText = createRedactor(credentialIn(header?.['authorization']))
  const redacted = { ...expected }
  for (const field of ['method', 'path', 'key_id', 'calling_key_id'] as const) {
    const value = expected[field]
    if (typeof value === 'string') redacted[field] = redactText(value)
  }
  if (header !== undefined) redacted.header = redactHeaders(header, redactText) as Record<string, string>
  if (expected.json !== undefined) redacted.json = redactJson(expected.json, redactText)
  return redacted
}

/** Redacts the JSON text of the value, as the journal does with a body; redacts each string if the result is not JSON. */
function redactJson(value: unknown, redactText: RedactText): unknown {
  try {
    return JSON.parse(redactText(JSON.stringify(value)))
  } catch {
    return redactStrings(value, redactText)
  }
}

function redactStrings(value: unknown, redactText: RedactText): unknown {
  if (typeof value === 'string') return redactText(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((each) => redactStrings(each, redactText))
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [redactText(name), redactStrings(each, redactText)]),
  )
}

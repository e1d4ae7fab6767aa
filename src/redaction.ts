const secrets = /sk-[A-Za-z0-9_-]{12,}/g

/** A secret as the API shows it: the first 8 characters, `...`, the last 3. */
export const redactedForm = (value: string): string => `${value.slice(0, 8)}...${value.slice(-3)}`

/** The text without what looks like a key: what is shorter than 20 characters leaves nothing of itself. */
export function redact(text: string): string {
  return text.replace(secrets, (secret) => (secret.length < 20 ? '[redacted]' : redactedForm(secret)))
}

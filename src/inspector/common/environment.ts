import { connection } from '../state/sandbox.ts'
import { quote } from './quote.ts'

const plain = /^[\w:/.@%+=,-]+$/
const shellWord = (text: string) => (plain.test(text) ? text : quote(text))

/** Returns the lines that point a client at the sandbox. */
export function environmentLines(): string {
  if (connection.value === undefined) return ''
  const { base_url, admin_key } = connection.value
  const keyLine =
    admin_key === null
      ? '# OPENAI_ADMIN_KEY: any key of this sandbox; there is no admin key'
      : `export OPENAI_ADMIN_KEY=${shellWord(admin_key)}`
  return `export OPENAI_BASE_URL=${shellWord(base_url)}\n${keyLine}\n`
}

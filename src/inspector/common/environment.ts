import type { Connection } from '../api/types.ts'
import { quote } from './quote.ts'

const plain = /^[\w:/.@%+=,-]+$/
const shellWord = (text: string) => (plain.test(text) ? text : quote(text))

/** Returns the lines that point a client at a sandbox. */
export const environmentLines = ({ base_url, admin_key }: Connection): string[] => [
  `export OPENAI_BASE_URL=${shellWord(base_url)}`,
  admin_key === null
    ? '# OPENAI_ADMIN_KEY: any key of this sandbox; there is no admin key'
    : `export OPENAI_ADMIN_KEY=${shellWord(admin_key)}`,
]

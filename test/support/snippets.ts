import { readFileSync } from 'node:fs'

export interface Snippet {
  language: string
  text: string
  /** The line of its opening fence, for messages. */
  line: number
}

/** Returns the fenced code blocks of a Markdown file. */
export function readSnippets(file: URL): Snippet[] {
  const text = readFileSync(file, 'utf8')
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(({ 1: language = '', 2: body = '', index }) => ({
    language,
    text: body,
    line: text.slice(0, index).split('\n').length,
  }))
}

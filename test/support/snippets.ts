import { readFileSync } from 'node:fs'

export interface Snippet {
  language: string
  text: string
  /** The line of its opening fence, for messages. */
  line: number
  /** The HTML comment on the line above: where the snippet is tested, or why it is not run. */
  comment: string | undefined
}

/** Returns the fenced code blocks of a Markdown file. */
export function readSnippets(file: URL): Snippet[] {
  const text = readFileSync(file, 'utf8')
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(({ 1: language = '', 2: body = '', index }) => {
    const before = text.slice(0, index)
    return {
      language,
      text: body,
      line: before.split('\n').length,
      comment: /^<!-- ([^\n]*) -->\n$/m.exec(before.slice(before.lastIndexOf('\n', index - 2) + 1))?.[1],
    }
  })
}

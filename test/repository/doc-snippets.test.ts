import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { runShellSnippet, runTypescriptSnippet } from '../support/run-snippet.ts'
import { readSnippets } from '../support/snippets.ts'

const root = new URL('../../', import.meta.url)

// Their snippets depend on each other, have an expected output, or need the installed package.
const pagesTestedElsewhere = new Map([
  ['README.md', 'test/e2e/readme.test.ts'],
  ['docs/journal.md', 'test/repository/journal-docs.test.ts'],
  ['docs/recipes.md', 'test/repository/recipes.test.ts'],
  ['docs/seeds.md', 'test/seed/docs.test.ts'],
])

const pages = ['README.md', ...readdirSync(new URL('docs', root)).map((name) => `docs/${name}`)].filter((page) =>
  page.endsWith('.md'),
)

const snippets = pages
  .filter((page) => !pagesTestedElsewhere.has(page))
  .flatMap((page) => readSnippets(new URL(page, root)).map((snippet) => ({ page, ...snippet })))

test('pages whose snippets are tested elsewhere are named there', () => {
  for (const [page, file] of pagesTestedElsewhere) expect(readFileSync(new URL(file, root), 'utf8')).toContain(page)
})

describe('snippets with a comment', () => {
  // `<!-- tested by FILE -->` or `<!-- not run: REASON -->` on the line above a snippet.
  test.each(snippets.filter(({ comment }) => comment !== undefined))(
    'the comment on the snippet in $page at line $line says which file tests it, or why it is not run',
    ({ page, comment = '' }) => {
      const file = /^tested by (\S+)$/.exec(comment)?.[1]
      if (file === undefined) return expect(comment).toMatch(/^not run: \S/)
      expect(existsSync(new URL(file, root)), file).toBe(true)
      expect(readFileSync(new URL(file, root), 'utf8')).toContain(page)
    },
  )
})

describe('other snippets', () => {
  test.each(snippets.filter(({ comment }) => comment === undefined))(
    'the $language snippet in $page at line $line runs without an error',
    async ({ language, text }) => {
      if (language === 'ts') await runTypescriptSnippet(text)
      else if (language === 'sh') await runShellSnippet(text)
      else expect.fail(`a snippet in '${language}' needs a comment that says where it is tested`)
    },
  )
})

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { cliDocs } from '../../scripts/cli-docs.ts'
import { createProgram } from '../../src/cli/program.ts'
import { type OptionSpec, optionSpecs } from '../../src/config/options.ts'

const file = fileURLToPath(new URL('../../docs/cli-and-configuration.md', import.meta.url))

test('docs/cli-and-configuration.md is generated from options and commands (`npm run openapi` updates it)', async () => {
  await expect(cliDocs(await createProgram({}))).toMatchFileSnapshot(file)
})

test('docs/cli-and-configuration.md lists every option with its environment variable and the commands that take it', () => {
  const page = readFileSync(file, 'utf8')
  for (const { flags, env } of Object.values<OptionSpec>(optionSpecs)) {
    const row = page.split('\n').find((line) => line.startsWith(`| \`${flags}\` | \`${env}\` |`))
    expect(row, flags).toMatch(/^(\| [^|]+ ){5}\|$/)
  }
})

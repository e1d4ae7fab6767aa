import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { cliDocs } from '../../scripts/cli-docs.ts'
import { createProgram } from '../../src/cli/program.ts'
import { type OptionSpec, optionSpecs } from '../../src/config/option-specs.ts'

const file = fileURLToPath(new URL('../../docs/cli-and-configuration.md', import.meta.url))

test('docs/cli-and-configuration.md is generated from options and commands (`npm run openapi` updates it)', async () => {
  await expect(cliDocs(await createProgram({}))).toMatchFileSnapshot(file)
})

test('docs/cli-and-configuration.md lists every option with its environment variable and the commands that take it', async () => {
  const page = cliDocs(await createProgram({}))
  for (const { flags, env } of Object.values<OptionSpec>(optionSpecs)) {
    const row = page.split('\n').find((line) => line.startsWith(`| \`${flags}\` | \`${env}\` |`))
    expect(row, flags).toMatch(/^(\| [^|]+ ){5}\|$/)
  }
})

// The commands of controls whose operationId names another word than the command.
const renamedCommands: Record<string, string> = {
  'audit-logs-list': 'audit-logs list',
  connection: 'env',
  'faults-delete': 'faults clear',
  'faults-delete-all': 'faults clear',
  health: 'healthcheck',
  'journal-stream': 'journal follow',
  ready: 'wait',
  'sandboxes-delete-all': 'sandboxes delete',
  'state-add': 'state',
  'state-export': 'state',
  'state-replace': 'state',
}

test('each control has a command', async () => {
  const { paths } = parse(readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8')) as {
    paths: Record<string, Record<string, { operationId: string }>>
  }
  const controls = Object.values(paths)
    .flatMap((path) => Object.values(path))
    .map(({ operationId }) => operationId)
    .filter((id) => id.startsWith('emulator-'))
    .map((id) => id.slice('emulator-'.length))
  expect(controls.length).toBeGreaterThan(25)
  const page = cliDocs(await createProgram({}))
  for (const control of controls) {
    const command = renamedCommands[control] ?? control.replace('-', ' ')
    expect(page, control).toMatch(new RegExp(`^\\| \`${command}( [^\`]*)?\` \\|`, 'm'))
  }
})

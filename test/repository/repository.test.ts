import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { optionSpecs } from '../../src/config/options.ts'
import { hasScannerMark } from '../../src/openai-api/admin-api-keys/secret.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .trim()
  .split('\n')

test('no file holds what a scanner would take for a real key', () => {
  for (const file of files) {
    const text = read(file)
    expect(hasScannerMark(text), file).toBe(false)
    expect(text, file).not.toMatch(/sk-(admin|proj|svcacct)-[A-Za-z0-9_-]{60,}/)
  }
})

test.each(['', 'bench/'])('the lock file in "%s" names no host, and every version is exact', (folder) => {
  const lock = JSON.parse(read(`${folder}package-lock.json`)) as { packages: Record<string, { resolved?: string }> }
  expect(Object.values(lock.packages).filter(({ resolved }) => resolved !== undefined)).toEqual([])
  const { dependencies, devDependencies } = JSON.parse(read(`${folder}package.json`))
  for (const version of Object.values({ ...dependencies, ...devDependencies }))
    expect(version).toMatch(/^\d+\.\d+\.\d+$/)
})

test('the README has a row for every option with its variable', () => {
  const readme = read('README.md')
  for (const { flags, env } of Object.values(optionSpecs)) {
    const flag = /--[a-z-]+/.exec(flags)?.[0]
    expect(readme).toMatch(new RegExp(`\\| \`${flag}[^\`]*\` \\| \`${env}\` \\|`))
  }
})

test('docs/fidelity.md names every switch with both of its values', async () => {
  const limits = read('docs/fidelity.md')
  const { BehaviorSchema } = await import('../../src/openai-api/behavior.ts')
  for (const [name, { enum: values }] of Object.entries(
    BehaviorSchema.properties as unknown as Record<string, { enum: string[] }>,
  )) {
    expect(limits).toContain(`\`${name}\``)
    for (const value of values) expect(limits).toContain(`\`${value}\``)
  }
})

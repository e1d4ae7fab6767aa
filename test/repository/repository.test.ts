import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { hasScannerMark } from '../../src/openai-api/admin-api-keys/secret.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .trim()
  .split('\n')

test('no file contains what a secret scanner would report as a real key', () => {
  for (const file of files) {
    const text = read(file)
    expect(hasScannerMark(text), file).toBe(false)
    expect(text, file).not.toMatch(/sk-(admin|proj|svcacct)-[A-Za-z0-9_-]{60,}/)
  }
})

test.each(['', 'bench/'])('the lock file at ./%s names no registry host, and all versions are exact', (folder) => {
  const lock = JSON.parse(read(`${folder}package-lock.json`)) as { packages: Record<string, { resolved?: string }> }
  expect(Object.values(lock.packages).filter(({ resolved }) => resolved !== undefined)).toEqual([])
  const { dependencies, devDependencies } = JSON.parse(read(`${folder}package.json`))
  for (const version of Object.values({ ...dependencies, ...devDependencies }))
    expect(version).toMatch(/^\d+\.\d+\.\d+$/)
})

test('docs/fidelity.md names every behavior with its values', async () => {
  const fidelity = read('docs/fidelity.md')
  const { BehaviorSchema } = await import('../../src/openai-api/behavior.ts')
  for (const [name, { enum: values }] of Object.entries(
    BehaviorSchema.properties as unknown as Record<string, { enum: string[] }>,
  )) {
    expect(fidelity).toContain(`\`${name}\``)
    for (const value of values) expect(fidelity).toContain(`\`${value}\``)
  }
})

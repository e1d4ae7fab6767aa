import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

// A folder imports only folders further down; folders on one line do not import each other. Type imports and dynamic ones count.
const folders = [
  ['index'],
  ['main'],
  ['cli', 'library', 'inspector'],
  ['control-client'],
  ['server'],
  ['config'],
  ['control-api'],
  ['conformance'],
  ['sandbox'],
  ['faults', 'journal'],
  ['openai-api'],
  ['schema'],
  ['common'],
]

// What some files must not import, whatever their folder.
const rules: { files: RegExp; mayNotImport: RegExp; unless?: RegExp }[] = [
  { files: /^(?!sandbox\/|openai-api\/(database\/|.*\/store\.ts))/, mayNotImport: /^better-sqlite3$/ },
  { files: /^(sandbox|journal|conformance|common)\/|\/(service|store|key|secret)\.ts$/, mayNotImport: /^fastify$/ },
  // Probes that shared code with the emulator would prove nothing.
  { files: /^conformance\//, mayNotImport: /^(?!conformance|common)[\w-]+\//, unless: /^openai-api\/behavior\.ts$/ },
  { files: /\/service\.ts$/, mayNotImport: /\/(routes|operations)\.ts$/ },
  { files: /\/store\.ts$/, mayNotImport: /\/(service|routes|operations)\.ts$|\/errors\// },
]

const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', 'src'], { cwd: root })
  .toString()
  .trim()
  .split('\n')
  .map((path) => path.slice('src/'.length))

/** Returns what a file imports: paths below src/, and names of packages. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(root, 'src', file), 'utf8')
  const specifiers = [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g)].map(([, specifier = '']) => specifier)
  return specifiers.map((specifier) => (specifier.startsWith('.') ? join(file, '..', specifier) : specifier))
}

const imports = new Map(files.map((file) => [file, importsOf(file)]))
const edges = [...imports].flatMap(([file, imported]) => imported.map((target) => [file, target] as const))

const folderOf = (path: string) => path.split(/[/.]/, 1)[0] ?? ''
const levelOf = (path: string) => folders.findIndex((level) => level.includes(folderOf(path)))

test('every file of src belongs to a folder of the dependency rule', () => {
  expect(files.filter((file) => levelOf(file) < 0)).toEqual([])
  expect(files.filter((file) => !file.includes('/'))).toEqual(['index.ts', 'main.ts'])
})

test('a folder imports only folders below it', () => {
  const internal = edges.filter(([, target]) => imports.has(target))
  expect(internal.length).toBeGreaterThan(300)
  const upward = internal.filter(
    ([file, target]) => folderOf(file) !== folderOf(target) && levelOf(target) <= levelOf(file),
  )
  expect(upward).toEqual([])
})

test('the inspector runs in a browser: it imports only types from other folders', () => {
  const pattern = /import (type )?[^;]*?from '(\.\.?\/[^']*)'|export (type )?[^;]*?from '(\.\.?\/[^']*)'/g
  const sources = files.filter((file) => /^inspector\/.*\.tsx?$/.test(file))
  const foreign = sources.flatMap((file) =>
    [...readFileSync(join(root, 'src', file), 'utf8').matchAll(pattern)]
      .filter(([, , imported, , exported]) => !join(file, '..', imported ?? exported ?? '').startsWith('inspector/'))
      .map(([statement, isImportOfType, , isExportOfType]) => ({
        statement,
        isType: (isImportOfType ?? isExportOfType) !== undefined,
      })),
  )
  expect(foreign.length).toBeGreaterThan(5)
  expect(foreign.filter(({ isType }) => !isType)).toEqual([])
})

test('SQL, HTTP and probes stay where they belong', () => {
  for (const { files: pattern, mayNotImport, unless } of rules) {
    const concerned = edges.filter(([file]) => pattern.test(file))
    expect(concerned.length).toBeGreaterThan(0)
    expect(concerned.filter(([, target]) => mayNotImport.test(target) && !unless?.test(target))).toEqual([])
  }
})

test('no files import each other in a cycle', () => {
  const acyclic = new Set<string>()
  function findCycle(file: string, path: readonly string[]): readonly string[] | undefined {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file]
    if (acyclic.has(file)) return undefined
    for (const target of imports.get(file) ?? []) {
      const cycle = findCycle(target, [...path, file])
      if (cycle !== undefined) return cycle
    }
    acyclic.add(file)
    return undefined
  }
  expect(files.flatMap((file) => findCycle(file, []) ?? [])).toEqual([])
})

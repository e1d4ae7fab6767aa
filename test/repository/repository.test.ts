import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { Behavior } from '../../src/openai-api/behavior.ts'
import { hasScannerMark } from '../../src/openai-api/keys/secret.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .trim()
  .split('\n')

test('no file contains a value that a secret scanner would report as a real key', () => {
  for (const file of files) {
    const text = read(file)
    expect(hasScannerMark(text), file).toBe(false)
    expect(text, file).not.toMatch(/sk-(admin|proj|svcacct)-[A-Za-z0-9_-]{60,}/)
  }
})

test.each(['', 'bench/', '.ci/tools/', 'scripts/node/'])(
  'the lock file at ./%s names no registry host, and all versions are exact',
  (folder) => {
    const lock = JSON.parse(read(`${folder}package-lock.json`)) as { packages: Record<string, LockedPackage> }
    const downloaded = Object.values(lock.packages).filter(({ link }) => !link)
    expect(downloaded.filter(({ resolved }) => resolved !== undefined)).toEqual([])
    const {
      dependencies,
      devDependencies,
      optionalDependencies,
      workspaces = [],
    } = JSON.parse(read(`${folder}package.json`))
    const ofWorkspaces = (workspaces as string[]).map(
      (path) => JSON.parse(read(`${path}/package.json`)).devDependencies,
    )
    for (const version of Object.values(
      Object.assign({}, dependencies, devDependencies, optionalDependencies, ...ofWorkspaces),
    ))
      expect(version).toMatch(/^\d+\.\d+\.\d+$/)
  },
)

interface LockedPackage {
  resolved?: string
  /** Set for a workspace, whose `resolved` is its folder. */
  link?: true
}

test('the scripts in package.json use nothing that the shell of Windows lacks', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  // A command, then arguments without quotes or variables; && is the only operator that both shells have.
  for (const [name, script] of Object.entries(scripts))
    for (const command of script.split(' && ')) {
      expect(command, name).toMatch(/^(node|npm|vitest|biome|tsc)( [\w./:=-]+)*$/)
    }
})

test('package.json has the repository, the homepage and the address for bugs', () => {
  const { repository, homepage, bugs, author } = JSON.parse(read('package.json'))
  const home = 'https://github.com/admin-keys-emulator/admin-keys-emulator'
  expect({ repository, homepage, bugs, author }).toEqual({
    repository: { type: 'git', url: `git+${home}.git` },
    homepage: `${home}#readme`,
    bugs: { url: `${home}/issues` },
    author: expect.stringMatching(/\w/),
  })
})

test('docs/install.md installs the package of this version', () => {
  const { name, version } = JSON.parse(read('package.json'))
  expect(read('docs/install.md').match(/[\w.-]+\.tgz/g)).toEqual([`${name}-${version}.tgz`])
})

test('docs/fidelity.md lists every switch as the emulator describes it, the default first', async () => {
  const { BehaviorSchema, defaultBehavior } = await import('../../src/openai-api/behavior.ts')
  const { switches } = await import('../../src/openai-api/switches.ts')
  const [, section = ''] = read('docs/fidelity.md').split('\n## Switches\n')
  const rows = (section.split('\n## ')[0] ?? '').split('\n').filter((line) => line.startsWith('| `'))
  expect(rows).toEqual(
    Object.entries(switches).map(([name, { title, values, evidence, reason }]) => {
      const meanings = Object.entries(values).map(([value, meaning]) => `\`${value}\`: ${meaning}`)
      const listed = Object.keys(values).map((value) => `\`${value}\``)
      return `| \`${name}\` | ${listed.join(', ')} | ${title}. ${meanings.join('. ')} | ${evidence}: ${reason} |`
    }),
  )
  const schemas = BehaviorSchema.properties as unknown as Record<keyof Behavior, { enum: string[] }>
  expect(Object.keys(schemas)).toEqual(Object.keys(switches))
  for (const [name, { enum: values }] of Object.entries(schemas)) {
    expect(values[0]).toBe(defaultBehavior[name as keyof Behavior])
  }
})

test('docs/fidelity.md says for every operation what is verified and what is assumed', () => {
  const operations = [...read('docs/fidelity.md').matchAll(/^\| ([a-z ]+) \| \*\*(?:spec|sibling)\*\*.+ \| .+ \|$/gm)]
  expect(operations.map(([, name]) => name)).toEqual(['list', 'create', 'retrieve', 'delete', 'all four'])
})

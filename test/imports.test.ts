import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { temporaryFolder } from './support/files.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** What the linter, under our configuration, says of a file at `path` that imports `what`. */
function lint(path: string, what: string): string {
  const project = temporaryFolder()
  cpSync(join(root, 'biome.json'), join(project, 'biome.json'))
  mkdirSync(dirname(join(project, path)), { recursive: true })
  writeFileSync(join(project, path), `import * as probe from '${what}'\nexport const used = probe\n`)
  const { stdout, stderr } = spawnSync(join(root, 'node_modules/.bin/biome'), ['lint'], {
    cwd: project,
    encoding: 'utf8',
  })
  return stdout + stderr
}

test.each([
  ['src/openai/auth.ts', '../sandbox/registry.ts'],
  ['src/openai/auth.ts', '../config.ts'],
  ['src/openai/auth.ts', 'better-sqlite3'],
  ['src/admin-api-keys/routes.ts', 'better-sqlite3'],
  ['src/admin-api-keys/routes.ts', '../pipeline.ts'],
  ['src/admin-api-keys/service.ts', 'fastify'],
  ['src/admin-api-keys/service.ts', './routes.ts'],
  ['src/admin-api-keys/store.ts', './service.ts'],
  ['src/admin-api-keys/store.ts', '../openai/errors.ts'],
  ['src/sandbox/registry.ts', 'fastify'],
  ['src/sandbox/seed/load.ts', '../../config.ts'],
  ['src/control/docs.ts', '../admin-api-keys/service.ts'],
  ['src/pipeline.ts', './cli/start.ts'],
  ['src/config.ts', './main.ts'],
  ['src/cli/start.ts', '../pipeline.ts'],
  ['src/cli/start.ts', '../library/start-emulator.ts'],
  ['src/library/start-emulator.ts', '../cli/start.ts'],
  ['src/serve.ts', './library/index.ts'],
  ['src/serve.ts', './conform/run.ts'],
  ['src/conform/run.ts', '../control-client.ts'],
  ['src/conform/checks.ts', '../openai/errors.ts'],
  ['src/conform/probes/key.ts', '../../admin-api-keys/schemas.ts'],
  ['src/conform/probes/key.ts', '../../sandbox/sandbox.ts'],
])('%s may not import %s', (path, what) => {
  expect(lint(path, what)).toContain('noRestrictedImports')
})

test.each([
  ['src/openai/errors.ts', './api-error.ts'],
  ['src/admin-api-keys/service.ts', '../openai/errors.ts'],
  ['src/sandbox/sandbox.ts', '../admin-api-keys/service.ts'],
  ['src/app.ts', './control/docs.ts'],
  ['src/library/start-emulator.ts', '../serve.ts'],
  ['src/cli/conform.ts', '../conform/run.ts'],
  ['src/conform/report.ts', '../package.ts'],
  ['src/conform/patience.ts', '../sandbox/clock.ts'],
  ['src/conform/probe.ts', '../openai/behavior.ts'],
  ['src/conform/probes/key.ts', '../answer.ts'],
])('%s may import %s', (path, what) => {
  expect(lint(path, what)).not.toContain('noRestrictedImports')
})

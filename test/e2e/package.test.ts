import { execFileSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../../bench/processes.ts'
import { type Consumer, installInEmptyFolder } from './consumer.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const tool = (name: string) => join(root, '.ci/tools/node_modules/.bin', name)

// docs/install.md describes the same steps.
let consumer: Consumer
beforeAll(() => {
  consumer = installInEmptyFolder()
})
afterAll(() => consumer?.remove())

/** Returns the total size of the files in a folder, in bytes. */
function sizeOf(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0)
}

test('publint reports no problems', () => {
  expect(execFileSync(tool('publint'), ['--strict', consumer.tarball], { encoding: 'utf8' })).toContain('All good!')
})

test('the types resolve like the code for every kind of import', () => {
  // node10 does not support package exports, so it cannot resolve the schema.
  const entry = ['--entrypoints', '.']
  execFileSync(tool('attw'), [consumer.tarball, ...entry], { encoding: 'utf8' })
  const vitest = './vitest'
  execFileSync(tool('attw'), [consumer.tarball, '--profile', 'node16', '--exclude-entrypoints', vitest])
  // Like vitest itself, it has no CommonJS.
  execFileSync(tool('attw'), [consumer.tarball, '--profile', 'esm-only', '--entrypoints', vitest])
})

test('the package takes less than 430 kB packed and 1.35 MB installed', () => {
  expect(statSync(consumer.tarball).size).toBeLessThan(430_000)
  expect(sizeOf(join(consumer.folder, 'node_modules/admin-keys-emulator'))).toBeLessThan(1_350_000)
})

test('the package lists the bundled packages and their licenses', async () => {
  const text = await consumer.bash('cat node_modules/admin-keys-emulator/dist/LICENSES.txt')
  for (const name of ['fastify', 'commander', 'ajv', 'yaml', 'typebox']) {
    expect(text).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\((MIT|ISC)\\)$`, 'm'))
  }
})

describe('the command', () => {
  // Signals the process group, as a terminal does, because npx does not forward signals.
  const startAndList = (port: number, start: string) => `
    set -m
    ${start} --port ${port} --log-level warn >started.json & pid=$!
    trap 'kill -KILL -- -$pid 2>/dev/null || true' EXIT
    node_modules/.bin/admin-keys-emulator wait --port ${port} --timeout 20s
    curl -fsS http://127.0.0.1:${port}/v1/organization/admin_api_keys -H 'Authorization: Bearer sk-admin-local'
    curl -fsS http://127.0.0.1:${port}/docs/ | grep -q swagger-ui-bundle.js
    curl -fsS http://127.0.0.1:${port}/docs/static/swagger-ui-bundle.js -o /dev/null
    kill -TERM -- -$pid
    wait $pid || [ $? -eq 143 ]
    ! curl -s http://127.0.0.1:${port}/health`

  test.each([
    ['by its name', 'node_modules/.bin/admin-keys-emulator'],
    ['by npx', 'npx admin-keys-emulator'],
    ['by npx from the tarball', 'npx --yes --package "$TARBALL" admin-keys-emulator'],
  ])('the command starts %s and stops with it', async (_case, start) => {
    const port = await freePort()
    const response = JSON.parse(await consumer.bash(startAndList(port, start), { TARBALL: consumer.tarball }))
    expect(response).toMatchObject({ object: 'list', data: [{ name: 'Admin key' }] })
  })

  test('the command reports errors in a seed with their line and exits with code 2', async () => {
    consumer.write('broken.yaml', 'keys:\n  - name: 5\n')
    const output = await consumer.bash('npx admin-keys-emulator --seed broken.yaml 2>&1 || echo "exit $?"')
    expect(output).toContain('seed broken.yaml, line 2, /keys/0/name')
    expect(output).toContain('exit 2')
  })
})

describe('the library', () => {
  const use = `
    const emulator = await startEmulator({ seed: 'paging', data: 'kept' })
    const headers = { authorization: 'Bearer ' + emulator.adminKey }
    const response = await fetch(emulator.baseURL + '/organization/admin_api_keys?limit=100', { headers })
    console.log((await response.json()).data.length)
    await emulator.close()`

  test('an ES module can import the library', async () => {
    consumer.write('use.mjs', `import { startEmulator } from 'admin-keys-emulator'\n${use}`)
    expect(await consumer.bash('node use.mjs')).toBe('100\n')
  })

  test('a CommonJS module can require the library', async () => {
    consumer.write('use.cjs', `const { startEmulator } = require('admin-keys-emulator')\n;(async () => {${use}\n})()`)
    expect(await consumer.bash('node use.cjs')).toBe('100\n')
  })

  test('Jest, which has its own module loader, can load the library', async () => {
    consumer.write(
      'use.test.cjs',
      `test('it', async () => {
        const { startEmulator } = require('admin-keys-emulator')
        const other = await startEmulator()
        // Only an array of Jest's own realm.
        expect(await other.journal.list()).toStrictEqual([])
        await other.close()
        ${use}
      })`,
    )
    const output = await consumer.bash(
      'npm install --no-audit --no-fund --silent jest@30.5.2 && npx jest use.test.cjs 2>&1',
    )
    expect(output).toContain('1 passed')
  })

  const useWithFakeTimers = `
    const emulator = await startEmulator({ sandboxTtl: 60_000 })
    await emulator.faults.add({ operation: 'list', kind: 'delay', ms: 50 })
    const headers = { authorization: 'Bearer ' + emulator.adminKey }
    const url = emulator.baseURL + '/organization/admin_api_keys'
    const response = await new Promise((resolve) => get(url, { headers }, resolve).end())
    response.resume()
    expect(response.statusCode).toBe(200)
    expect((await emulator.journal.list())[0].duration_ms).toBeGreaterThan(40)
    await emulator.reset()
    const next = emulator.journal.follow().next()
    await emulator.close()
    expect(await next).toEqual({ done: true })`

  test.each(['node', 'jsdom'])(
    'an emulator works under fake timers in the Jest environment %s',
    async (environment) => {
      consumer.write(
        `${environment}.test.cjs`,
        `/** @jest-environment ${environment} */
      test('it', async () => {
        jest.useFakeTimers()
        const { get } = require('node:http')
        const { startEmulator } = require('admin-keys-emulator')${useWithFakeTimers}
      })`,
      )
      const output = await consumer.bash(
        `npm install --no-audit --no-fund --silent jest@30.5.2 jest-environment-jsdom@30.5.2
      npx jest ${environment}.test.cjs 2>&1`,
      )
      expect(output).toContain('1 passed')
    },
  )

  test('an emulator works under fake timers in vitest with happy-dom', async () => {
    consumer.write(
      'happy.test.mjs',
      `import { get } from 'node:http'
      import { startEmulator } from 'admin-keys-emulator'
      import { expect, test, vi } from 'vitest'
      test('it', async () => {
        vi.useFakeTimers()${useWithFakeTimers}
      })`,
    )
    const output = await consumer.bash(
      `npm install --no-audit --no-fund --silent vitest@5.1.0 happy-dom@21.0.4
      npx vitest run --environment happy-dom happy.test.mjs 2>&1`,
    )
    expect(output).toMatch(/Tests .*1 passed/)
  })

  const checkTypes = 'npx tsc --noEmit --strict --module nodenext --target es2024 --types node use.ts 2>&1'

  test('the types need no skipLibCheck', async () => {
    consumer.write(
      'use.ts',
      `import { type CreatedSandbox, startEmulator } from 'admin-keys-emulator'
      await using emulator = await startEmulator({ sandboxTtl: '30m' })
      await using sandbox: CreatedSandbox = await emulator.sandboxes.create()
      await sandbox.faults.add({ operation: 'list', kind: 'rate_limit', requests: 1, per: 1000 })`,
    )
    await consumer.bash('npm install --no-audit --no-fund --silent typescript@7.0.2 @types/node@26.6.6')
    expect(await consumer.bash(checkTypes)).toBe('')
  })

  test('the types of the vitest entry give the fixtures their types', async () => {
    consumer.write(
      'use.ts',
      `import { inject, test as base } from 'vitest'
      import setup, { emulatorSetup, sandboxFixtures } from 'admin-keys-emulator/vitest'
      import { connect, type CreatedSandbox } from 'admin-keys-emulator'
      const test = base.extend<{ own: number }>({ own: 1 }).extend(sandboxFixtures)
      test('it', async ({ sandbox, baseURL, adminKey, own }) => {
        const typed: [CreatedSandbox, string, string | null, number] = [sandbox, baseURL, adminKey, own]
        // @ts-expect-error: not a number
        const wrong: number = baseURL
        const { url } = await connect(inject('adminKeysEmulator'))
      })
      export const setups: typeof setup[] = [setup, emulatorSetup({ seed: 'paging' })]`,
    )
    await consumer.bash('npm install --no-audit --no-fund --silent vitest@5.1.0 typescript@7.0.2 @types/node@26.6.6')
    expect(await consumer.bash(checkTypes)).toBe('')
  })

  test('vitest gives each test a sandbox with the global setup and the fixtures of the package', async () => {
    consumer.write(
      'fixtures/vitest.config.js',
      `export default { test: { globalSetup: 'admin-keys-emulator/vitest' } }`,
    )
    consumer.write(
      'fixtures/use.test.js',
      `import { expect, test as base } from 'vitest'
      import { sandboxFixtures } from 'admin-keys-emulator/vitest'
      const test = base.extend(sandboxFixtures)
      test('it', async ({ baseURL, adminKey, sandbox }) => {
        const headers = { authorization: 'Bearer ' + adminKey }
        const response = await fetch(baseURL + '/organization/admin_api_keys', { headers })
        expect(response.status).toBe(200)
        expect(await sandbox.journal.list()).toHaveLength(1)
      })`,
    )
    const output = await consumer.bash(
      `npm install --no-audit --no-fund --silent vitest@5.1.0
      npx vitest run --root fixtures 2>&1`,
    )
    expect(output).toMatch(/Tests .*1 passed/)
  })

  test('the library exports every value that its types declare', async () => {
    const types = await consumer.bash('cat node_modules/admin-keys-emulator/lib/index.d.cts')
    const values = [...types.matchAll(/^export declare (?:function|const|class) (\w+)/gm)].map(([, name]) => name)
    const names = await consumer.bash(
      'node --input-type=module -e "console.log(Object.keys(await import(\'admin-keys-emulator\')).join())"',
    )
    expect(names.trim().split(',').sort()).toEqual(values.sort())
  })
})

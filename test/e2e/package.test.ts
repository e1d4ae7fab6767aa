import { execFileSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { freePort } from '../../bench/processes.ts'
import { type Consumer, installInEmptyFolder } from './consumer.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const tool = (name: string) => join(root, '.ci/tools/node_modules/.bin', name)

let consumer: Consumer
beforeAll(() => {
  consumer = installInEmptyFolder()
})
afterAll(() => consumer?.remove())

/** All that is in a folder, in bytes. */
function sizeOf(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0)
}

test('publint finds nothing', () => {
  expect(execFileSync(tool('publint'), ['--strict', consumer.tarball], { encoding: 'utf8' })).toContain('All good!')
})

test('its types resolve as its code does, however it is imported', () => {
  // node10 knows no exports of a package, and so not the schema in them.
  const entry = ['--entrypoints', '.']
  execFileSync(tool('attw'), [consumer.tarball, ...entry], { encoding: 'utf8' })
  execFileSync(tool('attw'), [consumer.tarball, '--profile', 'node16'], { encoding: 'utf8' })
})

test('it takes less than a megabyte, packed and installed', () => {
  expect(statSync(consumer.tarball).size).toBeLessThan(400_000)
  expect(sizeOf(join(consumer.folder, 'node_modules/admin-keys-emulator'))).toBeLessThan(1_000_000)
})

test('it says what is inside of it, and under which licence', async () => {
  const text = await consumer.bash('cat node_modules/admin-keys-emulator/dist/LICENSES.txt')
  for (const name of ['fastify', 'commander', 'ajv', 'yaml', 'typebox']) {
    expect(text).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\((MIT|ISC)\\)$`, 'm'))
  }
})

describe('its command', () => {
  // As a group, as a terminal does it: npx itself passes no signal on.
  const asks = (port: number, start: string) => `
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
  ])('starts %s, and ends with it', async (_case, start) => {
    const port = await freePort()
    const answer = JSON.parse(await consumer.bash(asks(port, start), { TARBALL: consumer.tarball }))
    expect(answer).toMatchObject({ object: 'list', data: [{ name: 'Admin key' }] })
  })

  test('keeps keys, reads seeds and tells its mistakes', async () => {
    consumer.write('broken.yaml', 'keys:\n  - name: 5\n')
    const told = await consumer.bash('npx admin-keys-emulator --seed broken.yaml 2>&1 || echo "exit $?"')
    expect(told).toContain('seed broken.yaml, line 2, /keys/0/name')
    expect(told).toContain('exit 2')
  })
})

describe('its library', () => {
  const use = `
    const emulator = await startEmulator({ seed: 'paging', data: 'kept' })
    const headers = { authorization: 'Bearer ' + emulator.adminKey }
    const answer = await fetch(emulator.baseURL + '/organization/admin_api_keys?limit=100', { headers })
    console.log((await answer.json()).data.length)
    await emulator.close()`

  test('is imported by a module', async () => {
    consumer.write('use.mjs', `import { startEmulator } from 'admin-keys-emulator'\n${use}`)
    expect(await consumer.bash('node use.mjs')).toBe('100\n')
  })

  test('is required by CommonJS', async () => {
    consumer.write('use.cjs', `const { startEmulator } = require('admin-keys-emulator')\n;(async () => {${use}\n})()`)
    expect(await consumer.bash('node use.cjs')).toBe('100\n')
  })

  test('is loaded by a runner that has its own way to load modules', async () => {
    consumer.write(
      'use.test.cjs',
      `test('it', async () => { const { startEmulator } = require('admin-keys-emulator')\n${use}\n})`,
    )
    const said = await consumer.bash(
      'npm install --no-audit --no-fund --silent jest@30.5.2 && npx jest use.test.cjs 2>&1',
    )
    expect(said).toContain('1 passed')
  })

  test('exports what its types say', async () => {
    const types = await consumer.bash('cat node_modules/admin-keys-emulator/lib/index.d.ts')
    const values = [...types.matchAll(/^export declare (?:function|const|class) (\w+)/gm)].map(([, name]) => name)
    const names = await consumer.bash(
      'node --input-type=module -e "console.log(Object.keys(await import(\'admin-keys-emulator\')).join())"',
    )
    expect(names.trim().split(',').sort()).toEqual(values.sort())
  })
})

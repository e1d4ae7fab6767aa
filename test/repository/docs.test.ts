import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { startEmulator } from '../../src/library/index.ts'

test('docs/control-api.md lists every control and every library method', async () => {
  const rows = readFileSync(new URL('../../docs/control-api.md', import.meta.url), 'utf8').matchAll(
    /^\| (?:`([\w.]+)\(.*?\)`|none.*?) \| `([A-Z]+) (\/.*?)` \|/gm,
  )
  const [methods, calls] = [new Set<string>(), new Set<string>()]
  for (const [, method, verb = '', path = ''] of rows) {
    if (method !== undefined) methods.add(method)
    calls.add(`${verb.toLowerCase()} /_emulator${path}`)
  }
  await using emulator = await startEmulator()
  const { paths } = (await (await fetch(`${emulator.url}/openapi.json`)).json()) as { paths: Record<string, object> }
  const controls = Object.entries(paths)
    .filter(([path]) => path.startsWith('/_emulator'))
    .flatMap(([path, operations]) => Object.keys(operations).map((verb) => `${verb} ${path}`))
  expect([...calls].sort()).toEqual(controls.sort())
  expect([...methods].sort()).toEqual(methodsOf(emulator).filter((name) => !['sandbox', 'close'].includes(name)))
})

/** Returns the names of all methods of an object, sorted. */
const methodsOf = (target: object, prefix = ''): string[] =>
  Object.entries(target)
    .flatMap(([name, value]) => {
      if (typeof value === 'function') return [prefix + name]
      return typeof value === 'object' && value !== null ? methodsOf(value, `${prefix}${name}.`) : []
    })
    .sort()

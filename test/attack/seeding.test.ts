import { expect, test } from 'vitest'
import { serve } from '../support/program.ts'
import { send } from './send.ts'

const importYaml = async (text: string) => {
  const { url } = await serve()
  const headers = { 'content-type': 'application/yaml' }
  const startedAt = performance.now()
  const { status } = await send(url, { method: 'PUT', path: '/_emulator/state', body: text, headers })
  expect([200, 400]).toContain(status)
  return performance.now() - startedAt
}

const repeat = (count: number, unit: (n: number) => string) => Array.from({ length: count }, (_, n) => unit(n)).join('')

test.each([
  ['keys of one map', (n: number) => `key${n}: 1\n`],
  ['anchors with an alias each', (n: number) => `- &a${n} 1\n- *a${n}\n`],
  ['mistakes', () => '- "a" b\n'],
])('importing YAML of thousands of %s takes seconds, not minutes', async (_what, unit) => {
  const count = Math.floor((1024 * 1024) / (unit(50_000).length + 1))
  expect(await importYaml(repeat(count, unit))).toBeLessThan(20_000)
})

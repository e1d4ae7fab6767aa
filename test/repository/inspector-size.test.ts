import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'

const files = ['inspector.css', 'inspector.js']

test('the script and the style sheet of the inspector take at most 60 kB, and 20 kB gzipped', () => {
  const contents = files.map((name) => readFileSync(new URL(`../../dist/inspector/${name}`, import.meta.url)))
  const total = (buffers: Buffer[]) => buffers.reduce((sum, { length }) => sum + length, 0)
  expect(total(contents)).toBeLessThanOrEqual(60_000)
  expect(total(contents.map((content) => gzipSync(content, { level: 9 })))).toBeLessThanOrEqual(20_000)
})

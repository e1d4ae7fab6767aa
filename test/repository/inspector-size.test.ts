import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'

const files = ['index.html', 'inspector.css', 'inspector.js']

// Of the script, 22 kB (9 kB gzipped) are Preact and its signals.
test('the page of the inspector takes at most 86 kB, and 31 kB gzipped', () => {
  const contents = files.map((name) => readFileSync(new URL(`../../dist/inspector/${name}`, import.meta.url)))
  const total = (buffers: Buffer[]) => buffers.reduce((sum, { length }) => sum + length, 0)
  expect(total(contents)).toBeLessThanOrEqual(86_000)
  expect(total(contents.map((content) => gzipSync(content, { level: 9 })))).toBeLessThanOrEqual(31_000)
})

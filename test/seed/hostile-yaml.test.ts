import { describe, expect, test } from 'vitest'
import { loadSeeds } from '../../src/sandbox/seed/load.ts'
import { startApp } from '../support/app.ts'
import { createTemporaryFile } from '../support/files.ts'

const loadError = (text: string): Promise<string> =>
  loadSeeds([createTemporaryFile('seed.yaml', text)]).then(
    () => Promise.reject(new Error('the seed loaded')),
    ({ message }) => message.replace(/seed \S*seed\.yaml/, 'seed FILE'),
  )

const tooDeep = 'is not valid YAML or JSON: there are more than 100 levels of lists and maps'

describe('a seed of more than 100 levels is rejected with its line', () => {
  test.each<[string, string, string]>([
    ['lists in YAML', `# a comment\nkeys: ${'['.repeat(2000)}`, 'line 2, column 106'],
    ['lists that are closed', '['.repeat(5000) + ']'.repeat(5000), 'line 1, column 101'],
    ['maps in JSON', `{\n${'"a":{'.repeat(5000)}${'}'.repeat(5001)}`, 'line 2, column 500'],
    ['lists in block style', `${'- '.repeat(5000)}a`, 'line 1, column 201'],
    ['keys in block style', `${'? '.repeat(5000)}a`, 'line 1, column 201'],
    ['maps on lines of their own', Array.from({ length: 900 }, (_, n) => `${' '.repeat(n)}a:\n`).join(''), 'line 101'],
  ])('%s', async (_what, text, place) => {
    const message = await loadError(text)
    expect(message).toContain(`seed FILE, ${place}`)
    expect(message).toContain(tooDeep)
    expect(message.split('\n')).toHaveLength(1)
  })

  test('100 levels are parsed', async () => {
    for (const text of ['['.repeat(100) + ']'.repeat(100), `${'- '.repeat(100)}a`]) {
      expect(await loadError(text)).toMatch(/^seed FILE, line 1, \/ must be a seed: /)
    }
  })

  test('JSON of more than 1 MiB', async () => {
    const text = `{"keys": ${'['.repeat(600_000)}${']'.repeat(600_000)}}`
    expect(await loadError(text)).toBe('seed FILE has more than 100 levels of arrays and objects')
  })

  test('aliases that nest the lists of each other', async () => {
    const nested = (content: string) => `${'['.repeat(95)}${content}${']'.repeat(95)}`
    const lines = Array.from({ length: 90 }, (_, n) => `a${n}: &a${n} ${nested(n === 0 ? 'x' : `*a${n - 1}`)}`)
    expect(await loadError(lines.join('\n'))).toMatch(/^seed FILE/)
  })

  test('the body of a control', async () => {
    const { call } = await startApp()
    const post = async (path: string, type: string, rawBody: string) => {
      const headers = { 'content-type': `application/${type}` }
      return (await call('POST', `/_emulator/${path}`, { as: null, rawBody, headers })).body.error.message
    }
    const lists = '['.repeat(4000) + ']'.repeat(4000)
    for (const path of ['faults', 'state', 'reset', 'journal/verify']) {
      expect(await post(path, 'yaml', lists)).toBe(`The body, line 1, column 101, ${tooDeep}`)
      expect(await post(path, 'json', lists)).toBe('The body has more than 1000 levels')
    }
  })
})

const mib = 1024 * 1024
const repeatTo1MiB = (unit: string) => unit.repeat(mib / unit.length)

// In seconds of CPU time. A valid document of 1 MiB takes one to two.
const longestTime = 4

test.each([
  ['closing brackets', ']'],
  ['opening brackets', '['],
  ['closing braces', '}\n'],
  ['texts after a value', '- "a" b\n'],
  ['tabs', '\ta: b\n'],
  ['unknown tags', '- !x a\n'],
  ['unknown directives', '%x\n'],
  ['nested maps on one line', 'a: b: c\n'],
  ['open lists', '- [[[[[[[[[[\n'],
  ['anchors of one value', '&a '],
  ['commas', '[,\n'],
])(
  '1 MiB of %s is rejected within seconds',
  async (_what, unit) => {
    const start = process.cpuUsage()
    expect(await loadError(repeatTo1MiB(unit))).toMatch(/^seed FILE, line \d+, column \d+ is not valid YAML or JSON/)
    expect(process.cpuUsage(start).user / 1e6).toBeLessThan(longestTime)
  },
  60_000,
)

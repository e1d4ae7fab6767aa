import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseAnyForm, parseFastPath } from '../../src/server/request/target.ts'

const name = fc.stringMatching(/^[A-Za-z0-9._%-]{1,70}$/)
const prefix = fc.oneof(
  fc.constantFrom('', '/v1', '/sandbox/default', '/sandbox/'),
  name.map((sandbox) => `/sandbox/${sandbox}`),
)
const path = fc.oneof(
  fc.stringMatching(/^\/v1\/organization\/[\w/.%-]{1,30}$/),
  fc.stringMatching(/^(\/v1|\/V1)?(\/organization|\/_emulator|\/sandbox)?(\/[\w./%~-]{0,30}){0,3}$/),
)
const query = fc.oneof(fc.constant(''), fc.stringMatching(/^\?[\w&=%#?+/ -]{0,30}$/))
const target = fc.tuple(prefix, path, query).map((parts) => parts.join(''))

test('the fast path of the request target returns what the full parser returns', () => {
  let fastPaths = 0
  fc.assert(
    fc.property(target, (text) => {
      const fast = parseFastPath(text)
      if (fast === undefined) return
      fastPaths++
      expect(fast).toEqual(parseAnyForm(text))
    }),
    { numRuns: 5000 },
  )
  expect(fastPaths).toBeGreaterThan(50)
})

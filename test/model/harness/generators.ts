import fc from 'fast-check'

// Values that several kinds of steps use.

export const nth = fc.oneof(fc.nat({ max: 3 }), fc.nat({ max: 60 }))
export const name = fc.oneof(fc.constantFrom('a', 'b', '', 'ü 😀 "\\'), fc.string({ unit: 'grapheme', maxLength: 8 }))
export const expiresInSeconds = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.constant(31_536_000))
export const limit = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 6 }) },
  { weight: 2, arbitrary: fc.constantFrom(-1, 0, 20, 100, 101, 1000) },
  { weight: 1, arbitrary: fc.constant('many' as const) },
)

import fc from 'fast-check'
import { type Ending, splitBytes, type Transmission } from './connection.ts'
import { fuzzedRequest } from './fuzzed-requests.ts'
import { bytes } from './http-tokens.ts'
import { toBash } from './to-bash.ts'

type Edit = (text: string) => string

const splice = (position: number, count: number, inserted: string): Edit => {
  const offsetIn = (text: string) => position % (text.length + 1)
  return (text) => text.slice(0, offsetIn(text)) + inserted + text.slice(offsetIn(text) + count)
}

const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(fc.nat(), bytes(4)).map(([position, inserted]) => splice(position, 0, inserted)),
  fc.tuple(fc.nat(), bytes(1)).map(([position, replacement]) => splice(position, 1, replacement)),
  fc.tuple(fc.nat(), fc.nat({ max: 40 })).map(([position, count]) => splice(position, count, '')),
  fc.nat().map((position) => splice(position, Number.POSITIVE_INFINITY, '')),
)

const edits = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Edit[]>([]) },
  { weight: 1, arbitrary: fc.array(edit, { maxLength: 3 }) },
)
const pauseMs = fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 10 }) })
const ending = fc.constantFrom<Ending>('half-close', 'half-close', 'await-responses', 'close', 'reset')

/** Bytes that a hostile or broken client may send, and how it sends them. */
export const attack: fc.Arbitrary<Transmission> = fc
  .record({
    requests: fc.array(fuzzedRequest, { minLength: 1, maxLength: 5 }),
    edits,
    splitPoints: fc.array(fc.nat(), { maxLength: 5 }),
    pauseMs,
    ending,
  })
  .map(({ requests, edits, splitPoints, ...rest }) => {
    const text = edits.reduce((current, applyEdit) => applyEdit(current), requests.join(''))
    const transmission = { segments: splitBytes(Buffer.from(text, 'latin1'), splitPoints), ...rest }
    return { ...transmission, [fc.toStringMethod]: () => toBash(transmission) }
  })

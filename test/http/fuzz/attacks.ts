import fc from 'fast-check'
import { cut, type Ending, type Sending } from './connection.ts'
import { bytes } from './http-tokens.ts'
import { frame } from './request-generators.ts'
import { inShell } from './to-bash.ts'

/** Something done to a text, somewhere in it. */
type Edit = (text: string) => string

const splice = (place: number, count: number, more: string): Edit => {
  const at = (text: string) => place % (text.length + 1)
  return (text) => text.slice(0, at(text)) + more + text.slice(at(text) + count)
}

const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(fc.nat(), bytes(4)).map(([place, more]) => splice(place, 0, more)),
  fc.tuple(fc.nat(), bytes(1)).map(([place, other]) => splice(place, 1, other)),
  fc.tuple(fc.nat(), fc.nat({ max: 40 })).map(([place, count]) => splice(place, count, '')),
  fc.nat().map((place) => splice(place, Number.POSITIVE_INFINITY, '')),
)

const edits = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Edit[]>([]) },
  { weight: 1, arbitrary: fc.array(edit, { maxLength: 3 }) },
)
const pause = fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 10 }) })
const ending = fc.constantFrom<Ending>('half-close', 'half-close', 'wait', 'leave', 'reset')

/** What a hostile or broken client may send, and how. */
export const attack: fc.Arbitrary<Sending> = fc
  .record({
    frames: fc.array(frame, { minLength: 1, maxLength: 5 }),
    edits,
    cuts: fc.array(fc.nat(), { maxLength: 5 }),
    pause,
    ending,
  })
  .map(({ frames, edits, cuts, ...rest }) => {
    const text = edits.reduce((edited, change) => change(edited), frames.join(''))
    const sending = { segments: cut(Buffer.from(text, 'latin1'), cuts), ...rest }
    return { ...sending, [fc.toStringMethod]: () => inShell(sending) }
  })

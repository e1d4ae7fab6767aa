import { applyPatch, PatchFailure, type Step } from './json-patch.ts'
import type { Sent } from './parse.ts'

/** By operationId, an answer that has everything one can have. */
export type ExampleAnswers = Readonly<Record<string, unknown>>

/** Throws for a patch that applies to no answer of the operation that it is for, or of any for `*`. */
export function checkPatch(sent: Sent, answers: ExampleAnswers): void {
  const { operation, patch = [] } = sent.content
  for (const [index, step] of patch.entries()) checkFields(sent, step as Step, index)
  const concerned = operation === '*' ? Object.keys(answers) : [operation]
  const failures = concerned.map((each) => attempt(patch as Step[], answers[each]))
  if (failures.includes(undefined)) return
  // That which got furthest knows best what is wrong.
  const [furthest] = failures.filter((each) => each !== undefined).sort((one, other) => reachOf(other) - reachOf(one))
  if (furthest === undefined) return
  throw sent.mistake(
    ['patch', String(furthest.index), furthest.field],
    `a place in an answer of ${concerned.join(', ')}: it would never apply`,
  )
}

const reachOf = ({ index, field }: PatchFailure) => 2 * index + (field === 'path' ? 1 : 0)

function attempt(patch: readonly Step[], answer: unknown): PatchFailure | undefined {
  try {
    applyPatch(structuredClone(answer), patch, { isTrial: true })
    return undefined
  } catch (error) {
    if (error instanceof PatchFailure) return error
    throw error
  }
}

function checkFields({ mistake }: Sent, step: Step, index: number): void {
  const at = (field: string) => ['patch', String(index), field]
  if (['move', 'copy'].includes(step.op) && step.from === undefined)
    throw mistake(at('from'), `given: ${step.op} needs it`)
  if (['add', 'replace', 'test'].includes(step.op) && !('value' in step)) {
    throw mistake(at('value'), `given: ${step.op} needs it`)
  }
}

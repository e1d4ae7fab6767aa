import { applyPatch, PatchFailure, type PatchOperation } from './json-patch.ts'
import type { FaultInput } from './parse.ts'

/** By operationId, an answer that has everything one can have. */
export type ExampleResponses = Readonly<Record<string, unknown>>

/** Throws for a patch that applies to no answer of the operation that it is for, or of any for `*`. */
export function assertPatchCanApply(input: FaultInput, examples: ExampleResponses): void {
  const { operation, patch = [] } = input.content
  for (const [index, step] of patch.entries()) assertOperationFields(input, step as PatchOperation, index)
  const operations = operation === '*' ? Object.keys(examples) : [operation]
  const failures = operations.map((each) => tryPatch(patch as PatchOperation[], examples[each]))
  if (failures.includes(undefined)) return
  // That which got furthest knows best what is wrong.
  const [furthest] = failures.filter((each) => each !== undefined).sort((one, other) => progress(other) - progress(one))
  if (furthest === undefined) return
  throw input.errorAt(
    ['patch', String(furthest.index), furthest.field],
    `a place in an answer of ${operations.join(', ')}: it would never apply`,
  )
}

const progress = ({ index, field }: PatchFailure) => 2 * index + (field === 'path' ? 1 : 0)

function tryPatch(patch: readonly PatchOperation[], example: unknown): PatchFailure | undefined {
  try {
    applyPatch(structuredClone(example), patch, { skipTests: true })
    return undefined
  } catch (error) {
    if (error instanceof PatchFailure) return error
    throw error
  }
}

function assertOperationFields({ errorAt }: FaultInput, step: PatchOperation, index: number): void {
  const at = (field: string) => ['patch', String(index), field]
  if (['move', 'copy'].includes(step.op) && step.from === undefined)
    throw errorAt(at('from'), `given: ${step.op} needs it`)
  if (['add', 'replace', 'test'].includes(step.op) && !('value' in step)) {
    throw errorAt(at('value'), `given: ${step.op} needs it`)
  }
}

import { isDeepStrictEqual } from 'node:util'
import { isTooDeep, maxJsonDepth } from '../common/json-depth.ts'
import type { PatchOperation } from './schemas.ts'

/** In characters: how much JSON a patch may add in all, and how long its result may be. Copies can double it each time. */
export const maxPatchedLength = 1024 * 1024

type PointerField = 'path' | 'from'

const tooLarge = `would add more than ${maxPatchedLength} characters or ${maxJsonDepth} levels of JSON`

/** Thrown when an operation does not apply. Names the pointer that does not resolve, or says that the result is too large. */
export class PatchFailure extends Error {
  readonly index: number
  readonly field: PointerField
  readonly isTooLarge: boolean

  constructor(index: number, field: PointerField, operation: PatchOperation, isTooLarge = false) {
    const pointer = field === 'from' && 'from' in operation ? `from '${operation.from}'` : `'${operation.path}'`
    super(`operation ${index}: ${operation.op} ${pointer} ${isTooLarge ? tooLarge : 'does not apply'}`)
    this.isTooLarge = isTooLarge
    this.index = index
    this.field = field
  }
}

/**
 * Applies a patch to a document, which it changes, and returns the result. Throws PatchFailure if an operation does not apply.
 * With `skipTests`, a `test` passes wherever its target exists.
 */
export function applyPatch(document: unknown, patch: readonly PatchOperation[], { skipTests = false } = {}): unknown {
  // A holder, so that the patch can replace the whole document.
  const holder = { document }
  let length = 0
  for (const [index, operation] of patch.entries()) {
    const assertApplies = (isApplicable: boolean, field: PointerField = 'path') => {
      if (!isApplicable) throw new PatchFailure(index, field, operation)
    }
    const clone = (value: unknown) => {
      const json = JSON.stringify(value)
      length += json.length
      const levels = maxJsonDepth - operation.path.split('/').length
      if (length > maxPatchedLength || isTooDeep(Buffer.from(json), levels)) {
        throw new PatchFailure(index, 'path', operation, true)
      }
      return JSON.parse(json) as unknown
    }
    applyOperation(holder, operation, { skipTests, assertApplies, clone })
  }
  return holder.document
}

interface PatchRules {
  skipTests: boolean
  assertApplies: (isApplicable: boolean, field?: PointerField) => void
  /** Returns a copy of an added value. Throws if the patch adds too much. */
  clone: (value: unknown) => unknown
}

function applyOperation(holder: object, operation: PatchOperation, rules: PatchRules): void {
  const { skipTests, assertApplies, clone } = rules
  const { op, path } = operation
  if (op === 'move' || op === 'copy') {
    const source = resolvePointer(holder, operation.from)
    assertApplies(exists(source), 'from')
    // A value cannot be moved into itself.
    assertApplies(op === 'copy' || !path.startsWith(`${operation.from}/`))
    const moved = clone(get(source))
    if (op === 'move') remove(source)
    assertApplies(add(resolvePointer(holder, path), moved))
    return
  }
  const target = resolvePointer(holder, path)
  if (op === 'add') {
    assertApplies(add(target, clone(operation.value)))
    return
  }
  assertApplies(exists(target))
  if (op === 'remove') remove(target)
  else if (op === 'replace') set(target, clone(operation.value))
  else assertApplies(skipTests || isDeepStrictEqual(get(target), operation.value))
}

/** The place that a pointer names, whether or not it exists: a field or an index of `parent`. */
interface Target {
  parent: unknown
  key: string
}

function resolvePointer(holder: object, pointer: string): Target {
  const keys = pointer.split('/').map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
  let target: Target = { parent: holder, key: 'document' }
  for (const key of keys.slice(1)) target = { parent: exists(target) ? get(target) : undefined, key }
  return target
}

const arrayIndex = /^(0|[1-9]\d*)$/

// Own properties only: JavaScript gives every string, array and object more.
function exists({ parent, key }: Target): boolean {
  if (Array.isArray(parent)) return arrayIndex.test(key) && Number(key) < parent.length
  return typeof parent === 'object' && parent !== null && Object.hasOwn(parent, key)
}

const get = ({ parent, key }: Target): unknown => (parent as Record<string, unknown>)[key]

function set({ parent, key }: Target, value: unknown): void {
  ;(parent as Record<string, unknown>)[key] = value
}

function remove({ parent, key }: Target): void {
  if (Array.isArray(parent)) parent.splice(Number(key), 1)
  else delete (parent as Record<string, unknown>)[key]
}

/** Returns false, and adds nothing, if the target cannot hold a value. */
function add(target: Target, value: unknown): boolean {
  const { parent, key } = target
  if (Array.isArray(parent)) {
    const index = key === '-' ? parent.length : Number(key)
    if (key !== '-' && (!arrayIndex.test(key) || index > parent.length)) return false
    parent.splice(index, 0, value)
    return true
  }
  // Assigning __proto__ would change the prototype instead of adding a field.
  if (typeof parent !== 'object' || parent === null || key === '__proto__') return false
  set(target, value)
  return true
}

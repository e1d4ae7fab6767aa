import { isDeepStrictEqual } from 'node:util'

/** One operation of a JSON Patch (RFC 6902). */
export interface PatchOperation {
  op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test'
  path: string
  from?: string
  value?: unknown
}

/** A step that does not apply, and which of its pointers leads nowhere. */
export class PatchFailure extends Error {
  readonly index: number
  readonly field: 'path' | 'from'

  constructor(index: number, field: 'path' | 'from', { op, [field]: pointer }: PatchOperation) {
    super(`step ${index}: ${op} ${field === 'from' ? 'from ' : ''}'${pointer}' does not apply`)
    this.index = index
    this.field = field
  }
}

/**
 * What a patch makes of a document, which is changed. Throws PatchFailure where a step does not apply; in a trial a `test`
 * does so wherever there is something to be tested.
 */
export function applyPatch(document: unknown, patch: readonly PatchOperation[], { skipTests = false } = {}): unknown {
  // Below a holder, so that the document as a whole can be replaced.
  const holder = { document }
  for (const [index, operation] of patch.entries()) {
    const assertApplies = (is: unknown, field: 'path' | 'from' = 'path') => {
      if (!is) throw new PatchFailure(index, field, operation)
    }
    const place = (field: 'path' | 'from') => resolvePointer(holder, operation[field] ?? '')
    const { op, value } = operation
    if (op === 'move' || op === 'copy') {
      const from = place('from')
      assertApplies(exists(from), 'from')
      // Nothing can be moved into itself.
      assertApplies(op === 'copy' || !operation.path.startsWith(`${operation.from}/`))
      const taken = structuredClone(get(from))
      if (op === 'move') remove(from)
      assertApplies(add(place('path'), taken))
    } else if (op === 'add') {
      assertApplies(add(place('path'), structuredClone(value)))
    } else {
      const target = place('path')
      assertApplies(exists(target))
      if (op === 'remove') remove(target)
      else if (op === 'replace') set(target, structuredClone(value))
      else assertApplies(skipTests || isDeepStrictEqual(get(target), value))
    }
  }
  return holder.document
}

/** Where a pointer leads: a field or an index, there or not, of what its way leads to. */
interface Target {
  parent: unknown
  key: string
}

function resolvePointer(holder: object, pointer: string): Target {
  const keys = pointer.split('/').map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
  let place: Target = { parent: holder, key: 'document' }
  for (const key of keys.slice(1)) place = { parent: exists(place) ? get(place) : undefined, key }
  return place
}

const index = /^(0|[1-9]\d*)$/

/** Of its own: not what JavaScript gives every text, list and object. */
function exists({ parent, key }: Target): boolean {
  if (Array.isArray(parent)) return index.test(key) && Number(key) < parent.length
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

/** Whether it can be added there. */
function add(place: Target, value: unknown): boolean {
  const { parent, key } = place
  if (Array.isArray(parent)) {
    const at = key === '-' ? parent.length : Number(key)
    if (key !== '-' && (!index.test(key) || at > parent.length)) return false
    parent.splice(at, 0, value)
    return true
  }
  // JavaScript would take it for something else than a field.
  if (typeof parent !== 'object' || parent === null || key === '__proto__') return false
  set(place, value)
  return true
}

import { isDeepStrictEqual } from 'node:util'

/** One operation of a JSON Patch (RFC 6902). */
export interface Step {
  op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test'
  path: string
  from?: string
  value?: unknown
}

/** A step that does not apply, and which of its pointers leads nowhere. */
export class PatchFailure extends Error {
  readonly index: number
  readonly field: 'path' | 'from'

  constructor(index: number, field: 'path' | 'from', { op, [field]: pointer }: Step) {
    super(`step ${index}: ${op} ${field === 'from' ? 'from ' : ''}'${pointer}' does not apply`)
    this.index = index
    this.field = field
  }
}

/**
 * What a patch makes of a document, which is changed. Throws PatchFailure where a step does not apply; in a trial a `test`
 * does so wherever there is something to be tested.
 */
export function applyPatch(document: unknown, patch: readonly Step[], { isTrial = false } = {}): unknown {
  // Below a holder, so that the document as a whole can be replaced.
  const holder = { document }
  for (const [index, step] of patch.entries()) {
    const must = (is: unknown, field: 'path' | 'from' = 'path') => {
      if (!is) throw new PatchFailure(index, field, step)
    }
    const place = (field: 'path' | 'from') => locate(holder, step[field] ?? '')
    const { op, value } = step
    if (op === 'move' || op === 'copy') {
      const from = place('from')
      must(isThere(from), 'from')
      // Nothing can be moved into itself.
      must(op === 'copy' || !step.path.startsWith(`${step.from}/`))
      const taken = structuredClone(get(from))
      if (op === 'move') remove(from)
      must(add(place('path'), taken))
    } else if (op === 'add') {
      must(add(place('path'), structuredClone(value)))
    } else {
      const target = place('path')
      must(isThere(target))
      if (op === 'remove') remove(target)
      else if (op === 'replace') set(target, structuredClone(value))
      else must(isTrial || isDeepStrictEqual(get(target), value))
    }
  }
  return holder.document
}

/** Where a pointer leads: a field or an index, there or not, of what its way leads to. */
interface Place {
  parent: unknown
  key: string
}

function locate(holder: object, pointer: string): Place {
  const keys = pointer.split('/').map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
  let place: Place = { parent: holder, key: 'document' }
  for (const key of keys.slice(1)) place = { parent: isThere(place) ? get(place) : undefined, key }
  return place
}

const index = /^(0|[1-9]\d*)$/

/** Of its own: not what JavaScript gives every text, list and object. */
function isThere({ parent, key }: Place): boolean {
  if (Array.isArray(parent)) return index.test(key) && Number(key) < parent.length
  return typeof parent === 'object' && parent !== null && Object.hasOwn(parent, key)
}

const get = ({ parent, key }: Place): unknown => (parent as Record<string, unknown>)[key]

function set({ parent, key }: Place, value: unknown): void {
  ;(parent as Record<string, unknown>)[key] = value
}

function remove({ parent, key }: Place): void {
  if (Array.isArray(parent)) parent.splice(Number(key), 1)
  else delete (parent as Record<string, unknown>)[key]
}

/** Whether it can be added there. */
function add(place: Place, value: unknown): boolean {
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

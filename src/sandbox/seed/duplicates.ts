import { type Path, quoteName } from '../../schema/schema-errors.ts'
import type { SeedKey } from './schema.ts'
import type { SeedSource } from './source.ts'

// Admin keys and project keys are in different URLs, so only their values must differ.
const uniques = ['admin key', 'value', 'project', 'service account', 'project key', 'event'] as const

/** What must be unique, each among its own: ids by their kind, and the values of all keys. */
export type Unique = (typeof uniques)[number]

export type UniqueField = 'id' | 'value' | 'value_sha256'

/** A place in a seed. */
interface Place {
  source: SeedSource
  path: Path
}

/** A seed and the number of its first admin key. */
interface NumberedSource {
  source: SeedSource
  start: number
}

interface Existing {
  /** Whether the sandbox to which a seed is added has that id or value. */
  has?: (kind: Unique, text: string) => boolean
  /** The digest of the value of the admin key, which an admin key of a seed may describe. */
  adminKeyDigest?: string | undefined
}

/** Finds duplicate ids and values in all seeds that are loaded together and, if they are added to one, in the sandbox. */
export class DuplicateCheck {
  readonly #existing: Existing
  // Where each text was first used: the number of the admin key, counted through all seeds, or -1 - the index of the place. An
  // object for each of a million keys would take 40 MB.
  readonly #first = new Map(uniques.map((kind) => [kind, new Map<string, number>()]))
  readonly #sources: NumberedSource[] = []
  readonly #places: Place[] = []
  #end = 0

  constructor(existing: Existing = {}) {
    this.#existing = existing
  }

  /** Must be called for each seed before its keys are checked. */
  addSource(source: SeedSource): void {
    this.#sources.push({ source, start: this.#end })
    this.#end += source.parts.keys.length
  }

  /** Reports an id or value of an admin key of the last added seed if something else has it. */
  checkKey(kind: 'admin key' | 'value', text: string, index: number, field: UniqueField): void {
    const { source, start } = this.#sources.at(-1) as NumberedSource
    const first = this.#claim(kind, text, start + index)
    const use = this.#describeUse(kind, text, first, source)
    if (use !== undefined)
      source.report(['keys', index, field], { statement: `duplicate ${show(field, text)}, ${use}` })
  }

  /** Reports the ids or the value at a place if something else has one of them. */
  check(kind: Unique, texts: readonly string[], place: Place, field: UniqueField): void {
    const { source, path } = place
    const handle = -this.#places.push(place)
    for (const text of texts) {
      const first = this.#claim(kind, text, handle)
      const use =
        kind === 'value' && text === this.#existing.adminKeyDigest
          ? 'the value of the admin key (--admin-key)'
          : this.#describeUse(kind, text, first, source)
      if (use !== undefined) source.report(path, { statement: `duplicate ${show(field, text)}, ${use}` })
    }
  }

  /** Returns who has the text already; undefined if nobody did. */
  #claim(kind: Unique, text: string, handle: number): number | undefined {
    const firstOfKind = this.#first.get(kind)
    const first = firstOfKind?.get(text)
    if (first === undefined) firstOfKind?.set(text, handle)
    return first
  }

  #describeUse(kind: Unique, text: string, first: number | undefined, other: SeedSource): string | undefined {
    if (first !== undefined) return `first used ${this.#describePlace(kind, first, other)}`
    if (!this.#existing.has?.(kind, text)) return undefined
    return `already used in the sandbox${/key|value/.test(kind) ? ' (a deleted key keeps its id and value)' : ''}`
  }

  #describePlace(kind: Unique, handle: number, other: SeedSource): string {
    const place = handle < 0 ? this.#places[-1 - handle] : this.#placeOfKey(kind, handle)
    return place === undefined ? '' : place.source.describePlace(place.path, other)
  }

  #placeOfKey(kind: Unique, key: number): Place {
    const { source, start } = this.#sources.findLast((each) => each.start <= key) as NumberedSource
    const index = key - start
    return { source, path: ['keys', index, kind === 'value' ? valueField(source.parts.keys[index]) : 'id'] }
  }
}

/** Returns the field in which a key has its value. */
export const valueField = (key: Pick<SeedKey, 'value'> | undefined) =>
  key?.value === undefined ? 'value_sha256' : 'value'

// The value of a key is a secret.
const show = (field: UniqueField, text: string): string => (field === 'value' ? field : `${field} ${quoteName(text)}`)

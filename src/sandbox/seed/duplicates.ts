import { type Path, quoteName } from '../../schema/schema-errors.ts'
import { Claims } from './claims.ts'
import { expandIndex } from './expand-index.ts'
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
  /** The ids of admin keys in that sandbox that have a digit after a text. */
  idsWithNumber?: (start: string) => Iterable<string>
  /** The digest of the value of the admin key, which an admin key of a seed may describe. */
  adminKeyDigest?: string | undefined
}

/** Finds duplicate ids and values in all seeds that are loaded together and, if they are added to one, in the sandbox. */
export class DuplicateCheck {
  readonly #existing: Existing
  // Claimed by place: the number of the admin key, counted through all seeds, or -1 - the index of the place. An
  // object for each of a million keys would take 40 MB.
  readonly #claims = new Map(uniques.map((kind) => [kind, new Claims()]))
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

  /** Reports the ids of an admin key of the last added seed, or of all that it generates, if something else has one of them. */
  checkKeyIds(key: Pick<SeedKey, 'id' | 'generate'>, index: number): void {
    if (this.#claimSeries('admin key', key, this.#numberOf(index))) return
    for (const id of idsOf(key)) this.#checkKey('admin key', id, index, 'id')
  }

  /** Reports the value of an admin key of the last added seed if something else has it. */
  checkKeyValue(sha256: string, index: number, field: UniqueField): void {
    this.#checkKey('value', sha256, index, field)
  }

  #numberOf(index: number): number {
    return (this.#sources.at(-1) as NumberedSource).start + index
  }

  #checkKey(kind: 'admin key' | 'value', text: string, index: number, field: UniqueField): void {
    const { source } = this.#sources.at(-1) as NumberedSource
    const first = this.#claim(kind, text, this.#numberOf(index))
    const use = this.#describeUse(kind, text, first, source)
    if (use !== undefined)
      source.report(['keys', index, field], { statement: `duplicate ${show(field, text)}, ${use}` })
  }

  /** Reports the ids of an entry if something else has one of them. */
  checkIds(kind: Unique, entry: Pick<SeedKey, 'id' | 'generate'>, place: Place): void {
    const handle = -this.#places.push(place)
    if (!this.#claimSeries(kind, entry, handle)) this.#checkTexts(kind, idsOf(entry), handle, place, 'id')
  }

  /** Reports the value at a place if something else has it. */
  checkValue(sha256: string, place: Place, field: UniqueField): void {
    this.#checkTexts('value', [sha256], -this.#places.push(place), place, field)
  }

  #checkTexts(
    kind: Unique,
    texts: Iterable<string>,
    handle: number,
    { source, path }: Place,
    field: UniqueField,
  ): void {
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
    return this.#claims.get(kind)?.claim(text, handle)
  }

  /** Returns false if ids must be checked one by one. */
  #claimSeries(kind: Unique, { id, generate }: Pick<SeedKey, 'id' | 'generate'>, handle: number): boolean {
    if (id === undefined || generate === undefined) return false
    const { idsWithNumber, has } = this.#existing
    // Only for admin keys, the ids of the sandbox can be listed.
    if (has !== undefined && kind !== 'admin key') return false
    return this.#claims.get(kind)?.claimSeries(id, generate, handle, idsWithNumber ?? (() => [])) === true
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

/** Returns the ids of the objects that an entry stands for. */
export function* idsOf(entry: Pick<SeedKey, 'id' | 'generate'>): Generator<string> {
  const { id, generate = 1 } = entry
  if (id === undefined) return
  for (let n = 1; n <= generate; n++) yield expandIndex(id, entry, n)
}

// The value of a key is a secret.
const show = (field: UniqueField, text: string): string => (field === 'value' ? field : `${field} ${quoteName(text)}`)

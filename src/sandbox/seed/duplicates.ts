import type { KeyStore } from '../../openai-api/admin-api-keys/store.ts'
import { type Path, quoteName } from '../../schema/schema-errors.ts'
import type { SeedKey } from './schema.ts'
import type { SeedSource } from './source.ts'

type Unique = 'id' | 'value'

/** A seed and the number of its first key. */
interface NumberedSource {
  source: SeedSource
  start: number
}

/** Finds duplicate ids and values in all seeds that are loaded together and, if keys are added to one, in the sandbox. */
export class DuplicateCheck {
  readonly #store: KeyStore | undefined
  // The number of the first key with each text, counted through all seeds. An object for each would take 40 bytes.
  readonly #first = { id: new Map<string, number>(), value: new Map<string, number>() }
  readonly #sources: NumberedSource[] = []
  #end = 0

  constructor(store?: KeyStore) {
    this.#store = store
  }

  /** Must be called for each seed before its keys are checked. */
  addSource(source: SeedSource): void {
    this.#sources.push({ source, start: this.#end })
    this.#end += source.parts.keys.length
  }

  /** Reports an id or value of the last added seed if another key has it. `field` is the field in which the key has it. */
  check(kind: Unique, text: string, index: number, field: UniqueField): void {
    const { source, start } = this.#sources.at(-1) as NumberedSource
    const first = this.#first[kind].get(text)
    if (first === undefined) this.#first[kind].set(text, start + index)
    const place = this.#placeOf(kind, text, first, source)
    if (place === undefined) return
    // The value of a key is a secret.
    const shown = field === 'value' ? field : `${field} ${quoteName(text)}`
    source.report(['keys', index, field], { statement: `duplicate ${shown}, ${place}` })
  }

  #placeOf(kind: Unique, text: string, first: number | undefined, other: SeedSource): string | undefined {
    if (first !== undefined) return `first used ${this.#describe(kind, first, other)}`
    if (this.#store === undefined) return undefined
    const existing = kind === 'id' ? this.#store.byId(text) : this.#store.byDigest(text)
    return existing && 'already used in the sandbox (a deleted key keeps its id and value)'
  }

  #describe(kind: Unique, key: number, other: SeedSource): string {
    const { source, start } = this.#sources.findLast((each) => each.start <= key) as NumberedSource
    const index = key - start
    const path: Path = ['keys', index, kind === 'id' ? 'id' : valueField(source.parts.keys[index])]
    return source.describePlace(path, other)
  }
}

type UniqueField = 'id' | 'value' | 'value_sha256'

/** Returns the field in which a key has its value. */
export const valueField = (key: SeedKey | undefined) => (key?.value === undefined ? 'value_sha256' : 'value')

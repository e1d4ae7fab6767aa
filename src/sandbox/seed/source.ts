import type { DocumentError, Position, SourceDocument } from '../../schema/document.ts'
import { type Path, type Rule, toPointer } from '../../schema/schema-errors.ts'
import type { Mistake, Mistakes } from './mistakes.ts'
import type { SeedFile, SeedKey } from './schema.ts'

/** The parts of a seed that match the schema. */
export interface ValidParts {
  sections: Omit<SeedFile, 'keys'>
  /** By position, without invalid fields; undefined for an item that is not a key. */
  keys: readonly (SeedKey | undefined)[]
}

/** A seed whose mistakes are reported one by one. */
export class SeedSource {
  /** Undefined for the body of a request. */
  readonly file: string | undefined
  readonly #document: SourceDocument
  readonly #mistakes: Mistakes
  readonly #reported = new Set<string>()
  parts: ValidParts = { sections: {}, keys: [] }

  constructor(file: string | undefined, document: SourceDocument, mistakes: Mistakes) {
    this.file = file
    this.#document = document
    this.#mistakes = mistakes
  }

  /** Reports a mistake, unless one was already reported at the same place: the second is a consequence. */
  report(path: Path, rule: Rule, got?: string): void {
    const pointer = toPointer(path)
    if (this.#reported.has(pointer)) return
    this.#reported.add(pointer)
    this.#mistakes.add(() => this.mistakeAt(path, rule, got))
  }

  mistakeAt(path: Path, rule: Rule, got?: string): Mistake {
    return toMistake(this.file, this.#document.errorAt(path, rule, got))
  }

  /** Returns the position of a path, for a message about a mistake in `other`. */
  describePlace(path: Path, other: SeedSource): string {
    const line = this.#document.lineOf(path)
    const place = line === undefined ? toPointer(path) : `line ${line}`
    if (other !== this) return `in ${this.file}, ${place}`
    return line === undefined ? `at ${place}` : `on ${place}`
  }
}

/** Returns the mistake for an error in the document of a file, or in the body of a request. */
export function toMistake(file: string | undefined, error: DocumentError): Mistake {
  const { pointer, position } = error
  return { file, message: describeMistake(file, error), pointer, line: position?.line }
}

function describeMistake(file: string | undefined, error: DocumentError): string {
  if (file === undefined) return error.describe(bodyPlace(error.position))
  const place = seedPlace(file, error.position)
  return error.pointer === undefined ? error.describe(place) : `${place}, ${error.describe(place)}`
}

/** Returns the position of a mistake, for the start of a message. */
export function seedPlace(file: string, position: Position | undefined): string {
  if (position === undefined) return `seed ${file}`
  const { line, column } = position
  return `seed ${file}, line ${line}${column === undefined ? '' : `, column ${column}`}`
}

const bodyPlace = (position: Position | undefined) =>
  position === undefined ? 'The body' : `The body, line ${position.line}, column ${position.column},`

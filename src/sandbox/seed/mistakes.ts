import { UserError } from '../../common/user-error.ts'

/** One mistake in a seed. */
export interface Mistake {
  /** Undefined for the body of a request. */
  file: string | undefined
  /** The complete sentence: file and line if they are known, path, rule and value. */
  message: string
  /** A JSON Pointer; undefined for the document itself. */
  pointer: string | undefined
  /** Undefined if lines are unknown. */
  line: number | undefined
}

/** Thrown for seeds with mistakes; the message has one on each line. */
export class SeedError extends UserError {
  readonly mistakes: readonly Mistake[]
  /** "and 3 more mistakes"; undefined if all are listed. */
  readonly rest: string | undefined

  constructor(mistakes: readonly Mistake[], rest?: string) {
    super([...mistakes.map(({ message }) => message), ...(rest === undefined ? [] : [rest])].join('\n'))
    this.mistakes = mistakes
    this.rest = rest
  }
}

/** Thrown for a seed whose objects are too many or too long; `problem` is a predicate about the section. */
export class SeedTooLarge extends SeedError {
  readonly problem: string
  /** A JSON Pointer to the section. */
  readonly section: string

  constructor(mistake: Mistake, problem: string, section: string) {
    super([mistake])
    this.problem = problem
    this.section = section
  }
}

const maxListed = 20

// More mistakes take time to find and do not help the user.
const maxCounted = 1000

/** Collects the mistakes of all seeds that are loaded together. */
export class Mistakes {
  readonly #listed: Mistake[] = []
  #count = 0

  /** Whether enough mistakes were found to stop searching. */
  get isFull(): boolean {
    return this.#count >= maxCounted
  }

  add(createMistake: () => Mistake): void {
    this.#count++
    if (this.#count <= maxListed) this.#listed.push(createMistake())
  }

  /** Throws SeedError if there are any. */
  throwIfAny(): void {
    const more = this.#count - this.#listed.length
    if (this.#count > 0) throw new SeedError(inOrder(this.#listed), more > 0 ? this.#restText(more) : undefined)
  }

  #restText(more: number): string {
    return `and ${this.isFull ? 'at least ' : ''}${more} more ${more === 1 ? 'mistake' : 'mistakes'}`
  }
}

/** Returns the mistakes by file and line. */
const inOrder = (mistakes: readonly Mistake[]): Mistake[] =>
  [...Map.groupBy(mistakes, ({ file }) => file).values()].flatMap((ofFile) =>
    ofFile.toSorted((one, other) => (one.line ?? 0) - (other.line ?? 0)),
  )

import { redact } from '../common/redaction.ts'
import { type Path, previewValueAt, type Rule, toOneLine, toPointer } from './schema-errors.ts'

/** Where a mistake is in the text of a document, counted from 1. */
export interface Position {
  line: number
  column?: number
}

/** A predicate about the place of a mistake ("must be …"), or a sentence after a colon. */
type Problem = string | { statement: string }

/** A mistake in a document. */
export class DocumentError extends Error {
  /** A JSON Pointer; undefined for the document itself. */
  readonly pointer: string | undefined
  /** Undefined if lines are unknown. */
  readonly position: Position | undefined
  readonly #problem: Problem

  constructor(pointer: string | undefined, problem: Problem, position?: Position) {
    super(describe(pointer ?? 'the document', problem))
    this.pointer = pointer
    this.position = position
    this.#problem = problem
  }

  /** Returns the error for a value that breaks a rule; `got` defaults to the value at `path`. */
  static at(
    content: unknown,
    path: Path,
    rule: Rule,
    got = previewValueAt(content, path),
    line?: number,
  ): DocumentError {
    const position = line === undefined ? undefined : { line }
    return new DocumentError(redact(toPointer(path)), toProblem(rule, got), position)
  }

  /** Returns the message; `document` names what has no pointer. */
  describe(document: string): string {
    return describe(this.pointer === undefined ? document : toOneLine(this.pointer), this.#problem)
  }
}

const describe = (subject: string, problem: Problem) =>
  typeof problem === 'string' ? `${subject} ${problem}` : `${subject}: ${problem.statement}`

function toProblem(rule: Rule, got: string): Problem {
  if (typeof rule === 'string') return `must be ${rule}, got ${got}`
  return 'problem' in rule ? rule.problem : rule
}

/** Thrown with all mistakes in the syntax of a document. */
export class DocumentErrors extends Error {
  readonly errors: readonly DocumentError[]

  constructor(errors: readonly DocumentError[]) {
    super(errors.map(({ message }) => message).join('\n'))
    this.errors = errors
  }
}

/** The content of a document, and how to report a mistake at a place in it. */
export interface SourceDocument {
  content: unknown
  /** Returns an error with path, rule and value; `got` defaults to the value at `path`. */
  errorAt(path: Path, rule: Rule, got?: string): DocumentError
  /** Returns undefined if lines are unknown. */
  lineOf(path: Path): number | undefined
}

/** Returns the document of a text whose lines are not known. */
export const documentOf = (content: unknown): SourceDocument => ({
  content,
  errorAt: (path, rule, got) => DocumentError.at(content, path, rule, got),
  lineOf: () => undefined,
})

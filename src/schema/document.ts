import { redact } from '../common/redaction.ts'
import { type Path, previewValueAt, type Rule, toPointer } from './schema-errors.ts'

/** A mistake in a document. `problem` completes a sentence that starts with the pointer: "must be …". */
export class DocumentError extends Error {
  /** A JSON Pointer; undefined for the document itself. */
  readonly pointer: string | undefined
  readonly problem: string
  /** Undefined if lines are unknown. */
  readonly line: number | undefined

  constructor(pointer: string | undefined, problem: string, line?: number) {
    super(`${pointer ?? 'the document'} ${problem}`)
    this.pointer = pointer
    this.problem = problem
    this.line = line
  }

  /** Returns the error for a value that breaks a rule; `got` defaults to the value at `path`. */
  static at(
    content: unknown,
    path: Path,
    rule: Rule,
    got = previewValueAt(content, path),
    line?: number,
  ): DocumentError {
    const problem = typeof rule === 'string' ? `must be ${rule}, got ${got}` : rule.problem
    return new DocumentError(redact(toPointer(path)), problem, line)
  }
}

/** The content of a document, and how to report a mistake at a place in it. */
export interface SourceDocument {
  content: unknown
  /** Returns an error with path, rule and value; `got` defaults to the value at `path`. */
  errorAt(path: Path, rule: Rule, got?: string): DocumentError
}

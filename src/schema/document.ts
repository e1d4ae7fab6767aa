import { redact } from '../common/redaction.ts'
import { UserError } from '../common/user-error.ts'
import { type Path, previewValueAt, type Rule, toPointer } from './schema-errors.ts'

/** A mistake in a document. `problem` is a predicate of what is at `pointer` (a JSON Pointer). */
export class DocumentError extends UserError {
  readonly pointer: string | undefined
  readonly problem: string

  constructor(file: string, line: number | undefined, pointer: string | undefined, problem: string) {
    super(`${documentPlace(file, line)}${pointer === undefined ? '' : `, ${pointer}`} ${problem}`)
    this.pointer = pointer
    this.problem = problem
  }

  /** Returns the error for a value that breaks a rule; `got` defaults to the value at `path`. */
  static at(
    file: string,
    line: number | undefined,
    content: unknown,
    path: Path,
    rule: Rule,
    got = previewValueAt(content, path),
  ): DocumentError {
    const problem = typeof rule === 'string' ? `must be ${rule}, got ${got}` : rule.problem
    return new DocumentError(file, line, redact(toPointer(path)), problem)
  }
}

/** Returns where a mistake is, for the start of a message. */
export const documentPlace = (file: string, line: number | undefined): string =>
  line === undefined ? `seed ${file}` : `seed ${file}, line ${line}`

/** The content of a document, and how to report a mistake at a place in it. */
export interface SourceDocument {
  content: unknown
  /** Returns an error with file, line, path, rule and value; `got` defaults to the value at `path`. */
  errorAt(path: Path, rule: Rule, got?: string): DocumentError
}

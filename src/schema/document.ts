import { redact } from '../common/redaction.ts'
import { UserError } from '../common/user-error.ts'
import { type Path, previewValueAt, type Rule, toPointer } from './schema-errors.ts'

/** A mistake in a seed: `finding` is the rule and what stands there instead, `pointer` where (a JSON Pointer). */
export class DocumentError extends UserError {
  readonly pointer: string | undefined
  readonly problem: string

  constructor(file: string, line: number | undefined, pointer: string | undefined, problem: string) {
    const place = [`seed ${file}`, line && `line ${line}`, pointer].filter((each) => each !== undefined).join(', ')
    super(`${place}: ${problem}`)
    this.pointer = pointer
    this.problem = problem
  }

  /** The mistake that what stands at `path` breaks `rule`; `got` where that is not to be looked up. */
  static at(
    file: string,
    line: number | undefined,
    content: unknown,
    path: Path,
    rule: Rule,
    got = previewValueAt(content, path),
  ): DocumentError {
    const problem = typeof rule === 'string' ? `must be ${rule}, got ${got}` : rule.sentence
    return new DocumentError(file, line, redact(toPointer(path)), problem)
  }
}

/** A seed file's content together with where each part of it stands. */
export interface SourceDocument {
  content: unknown
  /** An error that says the file, the line, the path in the document, the rule, and `got`: the value there, if not given. */
  errorAt(path: Path, rule: Rule, got?: string): DocumentError
}

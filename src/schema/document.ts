import { redact } from '../common/redaction.ts'
import { UserError } from '../common/user-error.ts'
import { type Path, pointerOf, type Rule, showAt } from './schema-errors.ts'

/** A mistake in a seed: `finding` is the rule and what stands there instead, `pointer` where (a JSON Pointer). */
export class SeedMistake extends UserError {
  readonly pointer: string | undefined
  readonly finding: string

  constructor(file: string, line: number | undefined, pointer: string | undefined, finding: string) {
    const place = [`seed ${file}`, line && `line ${line}`, pointer].filter((each) => each !== undefined).join(', ')
    super(`${place}: ${finding}`)
    this.pointer = pointer
    this.finding = finding
  }

  /** The mistake that what stands at `path` breaks `rule`; `got` where that is not to be looked up. */
  static at(
    file: string,
    line: number | undefined,
    content: unknown,
    path: Path,
    rule: Rule,
    got = showAt(content, path),
  ): SeedMistake {
    const finding = typeof rule === 'string' ? `must be ${rule}, got ${got}` : rule.sentence
    return new SeedMistake(file, line, redact(pointerOf(path)), finding)
  }
}

/** A seed file's content together with where each part of it stands. */
export interface SourceDocument {
  content: unknown
  /** An error that says the file, the line, the path in the document, the rule, and `got`: the value there, if not given. */
  mistake(path: Path, rule: Rule, got?: string): SeedMistake
}

import { type Document, isCollection, isPair, LineCounter, type Node, parseDocument } from 'yaml'
import { type Path, pointerOf, showAt } from '../../findings.ts'
import { redact } from '../../redaction.ts'
import { UserError } from '../../user-error.ts'

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
}

/** A seed file's content together with where each part of it stands. */
export interface SourceDocument {
  content: unknown
  /** An error that says the file, the line, the path in the document, the rule, and `got`: the value there, if not given. */
  mistake(path: Path, rule: string, got?: string): SeedMistake
}

/** Reads YAML, of which JSON is a part. Throws UserError with the line where it is neither. */
export function readDocument(file: string, text: string): SourceDocument {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' })
  // A warning is a tag that nobody knows.
  const [error] = [...document.errors, ...document.warnings]
  if (error !== undefined) {
    const { line } = lines.linePos(error.pos[0])
    throw new SeedMistake(file, line, undefined, `is not valid YAML or JSON: ${withoutQuote(error)}`)
  }
  const content = toValue(document, file)
  return {
    content,
    mistake(path, rule, got = showAt(content, path)) {
      const line = lines.linePos(offsetOf(document, path)).line
      return new SeedMistake(file, line, redact(pointerOf(path)), `must be ${rule}, got ${got}`)
    },
  }
}

/** What comes after a colon is a piece of the file, which may hold a secret. */
const withoutQuote = ({ message }: Error) => message.replace(/:.*/s, '')

/** Too many aliases are noticed only when they are followed. */
function toValue(document: Document, file: string): unknown {
  try {
    return document.toJS()
  } catch (error) {
    throw new SeedMistake(file, undefined, undefined, `is not valid YAML: ${withoutQuote(error as Error)}`)
  }
}

/** Where the path stands, or the nearest thing above it that is there. For a field, where its name stands. */
function offsetOf(document: Document, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const parent = document.getIn(path.slice(0, length - 1), true)
    const step = path[length - 1]
    const item = isCollection(parent)
      ? parent.items.find((each) => isPair(each) && String(each.key) === step)
      : undefined
    const node = isPair(item) ? item.key : document.getIn(path.slice(0, length), true)
    const range = (node as Node | undefined)?.range
    if (range) return range[0]
  }
  return document.contents?.range?.[0] ?? 0
}

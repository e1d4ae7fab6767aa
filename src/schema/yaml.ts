import { type Document, isCollection, isPair, LineCounter, type Node, parseDocument } from 'yaml'
import { DocumentError, type SourceDocument } from './document.ts'
import type { Path } from './schema-errors.ts'

/** Reads YAML, of which JSON is a part. Throws UserError with the line where it is neither. */
export function parseYaml(file: string, text: string): SourceDocument {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' })
  // A warning is a tag that nobody knows.
  const [error] = [...document.errors, ...document.warnings]
  if (error !== undefined) {
    const { line } = lines.linePos(error.pos[0])
    throw new DocumentError(file, line, undefined, `is not valid YAML or JSON: ${withoutQuotedText(error)}`)
  }
  const content = toValue(document, file)
  return {
    content,
    errorAt: (path, rule, got) =>
      DocumentError.at(file, lines.linePos(offsetOf(document, path)).line, content, path, rule, got),
  }
}

/** What comes after a colon is a piece of the file, which may hold a secret. */
const withoutQuotedText = ({ message }: Error) => message.replace(/:.*/s, '')

/** Too many aliases are noticed only when they are followed. */
function toValue(document: Document, file: string): unknown {
  try {
    return document.toJS()
  } catch (error) {
    throw new DocumentError(file, undefined, undefined, `is not valid YAML: ${withoutQuotedText(error as Error)}`)
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

import { type Document, isCollection, isPair, LineCounter, type Node, parseDocument } from 'yaml'
import { DocumentError, type SourceDocument } from './document.ts'
import type { Path } from './schema-errors.ts'

/** A YAML document whose lines are known. */
export interface YamlDocument extends SourceDocument {
  lineOf(path: Path): number
}

/** Parses YAML, which includes JSON. Throws DocumentError with the line if it is neither. */
export function parseYaml(text: string): YamlDocument {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' })
  // A warning means an unknown tag.
  const [error] = [...document.errors, ...document.warnings]
  if (error !== undefined) {
    const { line } = lines.linePos(error.pos[0])
    throw new DocumentError(undefined, `is not valid YAML or JSON: ${withoutQuotedText(error)}`, line)
  }
  const content = toValue(document)
  const lineOf = (path: Path) => lines.linePos(offsetOf(document, path)).line
  return {
    content,
    lineOf,
    errorAt: (path, rule, got) => DocumentError.at(content, path, rule, got, lineOf(path)),
  }
}

// The parser quotes the file after a colon; the quote may contain a secret.
const withoutQuotedText = ({ message }: Error) => message.replace(/:.*/s, '')

// The parser notices too many aliases only when it follows them.
function toValue(document: Document): unknown {
  try {
    return document.toJS()
  } catch (error) {
    throw new DocumentError(undefined, `is not valid YAML: ${withoutQuotedText(error as Error)}`)
  }
}

/** Returns the offset of a path, or of its nearest existing parent. For a field, the offset of its name. */
function offsetOf(document: Document, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const parent = document.getIn(path.slice(0, length - 1), true)
    const segment = path[length - 1]
    const item = isCollection(parent)
      ? parent.items.find((each) => isPair(each) && String(each.key) === segment)
      : undefined
    const node = isPair(item) ? item.key : document.getIn(path.slice(0, length), true)
    const range = (node as Node | undefined)?.range
    if (range) return range[0]
  }
  return document.contents?.range?.[0] ?? 0
}

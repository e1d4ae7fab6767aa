import {
  type Document,
  isCollection,
  isPair,
  isScalar,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
  type YAMLMap,
} from 'yaml'
import { DocumentError, type SourceDocument } from './document.ts'
import type { Path } from './schema-errors.ts'

/** A YAML document whose lines are known. */
export interface YamlDocument extends SourceDocument {
  /** Returns undefined for a long document of JSON. */
  lineOf(path: Path): number | undefined
}

/** In characters. A longer document must be JSON: YAML takes seconds per MiB to parse. */
const maxYamlLength = 1024 * 1024

// The parser searches the whole document for each.
const maxAliases = 100

/** Parses YAML, which includes JSON. Throws DocumentError with the line if it is neither. */
export function parseYaml(text: string): YamlDocument {
  if (text.length > maxYamlLength) return parseLongJson(text)
  const lines = new LineCounter()
  const toError = (problem: string, offset: number) =>
    new DocumentError(undefined, `is not valid YAML or JSON: ${problem}`, lines.linePos(offset).line)
  // The parser compares each key with all others of its map.
  const options = { lineCounter: lines, prettyErrors: false, logLevel: 'error', uniqueKeys: false } as const
  const document = parseDocument(text, options)
  // A warning means an unknown tag.
  const [error] = [...document.errors, ...document.warnings]
  if (error !== undefined) throw toError(withoutQuotedText(error), error.pos[0])
  const content = toValue(document, toError)
  const lineOf = (path: Path) => lines.linePos(offsetOf(document, path)).line
  return {
    content,
    lineOf,
    errorAt: (path, rule, got) => DocumentError.at(content, path, rule, got, lineOf(path)),
  }
}

// The parser quotes the file after a colon; the quote may contain a secret.
const withoutQuotedText = ({ message }: Error) => message.replace(/:.*/s, '')

function parseLongJson(text: string): YamlDocument {
  try {
    const content: unknown = JSON.parse(text)
    return {
      content,
      lineOf: () => undefined,
      errorAt: (path, rule, got) => DocumentError.at(content, path, rule, got),
    }
  } catch {
    // The parser's message quotes the text, which may contain a secret.
    const problem = `is not valid JSON: a document of more than ${maxYamlLength} characters cannot be YAML`
    throw new DocumentError(undefined, `${problem}, got ${text.length}`)
  }
}

type ToError = (problem: string, offset: number) => DocumentError

// The parser notices too many aliases, or levels, only when it follows them.
function toValue(document: Document, toError: ToError): unknown {
  try {
    checkNodes(document, toError)
    return document.toJS()
  } catch (error) {
    if (error instanceof DocumentError) throw error
    throw new DocumentError(undefined, `is not valid YAML: ${withoutQuotedText(error as Error)}`)
  }
}

/** Throws for what the parser would take quadratic time to find or to resolve. */
function checkNodes(document: Document, toError: ToError): void {
  let aliases = 0
  visit(document, {
    Map: (_key, map) => checkUniqueKeys(map, toError),
    Alias(_key, alias) {
      aliases++
      if (aliases > maxAliases) throw toError(`there are more than ${maxAliases} aliases`, offsetOfNode(alias))
    },
  })
}

function checkUniqueKeys({ items }: YAMLMap, toError: ToError): void {
  const seen = new Set<unknown>()
  for (const { key } of items as Pair<Node>[]) {
    const value = isScalar(key) ? key.value : key
    if (seen.has(value)) throw toError('Map keys must be unique', offsetOfNode(key))
    seen.add(value)
  }
}

const offsetOfNode = ({ range }: Node): number => range?.[0] ?? 0

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

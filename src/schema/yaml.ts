import {
  type Document,
  isCollection,
  isPair,
  isScalar,
  LineCounter,
  type Node,
  type Pair,
  visit,
  type YAMLMap,
} from 'yaml'
import { isTooDeep } from '../common/json-depth.ts'
import { composeYaml, maxYamlLevels, type Problem, withoutQuotedText } from './compose-yaml.ts'
import { DocumentError, DocumentErrors, documentOf, type Position, type SourceDocument } from './document.ts'
import type { Path } from './schema-errors.ts'

/** In characters. A longer document must be JSON: YAML takes seconds per MiB to parse. */
const maxYamlLength = 1024 * 1024

// The parser searches the whole document for each.
const maxAliases = 100

/** The maximum number of reported mistakes in one text: after the first, most are its consequences. */
const maxErrors = 20

/**
 * Parses YAML, which includes JSON. The content of an empty document is undefined. Throws DocumentErrors with line and column if
 * the text is neither.
 */
export function parseYaml(text: string): SourceDocument {
  if (text.length > maxYamlLength) return parseLongJson(text)
  const lines = new LineCounter()
  const { document, problems } = composeYaml(text, lines)
  if (document === undefined || problems.length > 0) throw toErrors(problems, lines)
  const repeated = findProblems(document)
  if (repeated.length > 0) throw toErrors(repeated, lines)
  const content = isEmpty(document) ? undefined : toValue(document)
  const lineOf = (path: Path) => lines.linePos(offsetOf(document, path)).line
  return {
    content,
    lineOf,
    errorAt: (path, rule, got) => DocumentError.at(content, path, rule, got, lineOf(path)),
  }
}

/** Returns whether the text has no value, only comments and the mark that starts a document. */
function isEmpty({ contents }: Document): boolean {
  const [start, end] = contents?.range ?? []
  return contents === null || (isScalar(contents) && contents.value === null && start === end)
}

/** Returns the first error of each line, in order. Further errors on the same line are consequences. */
function toErrors(problems: readonly Problem[], lines: LineCounter): DocumentErrors {
  const firstOfLine = new Map<number, DocumentError>()
  for (const [text, offset] of problems.toSorted(([, one], [, other]) => one - other)) {
    const { line, col: column } = lines.linePos(offset)
    if (!firstOfLine.has(line)) firstOfLine.set(line, syntaxError(text, { line, column }))
    if (firstOfLine.size === maxErrors) break
  }
  return new DocumentErrors([...firstOfLine.values()])
}

const syntaxError = (text: string, position?: Position) =>
  new DocumentError(undefined, `is not valid YAML or JSON: ${text}`, position)

function parseLongJson(text: string): SourceDocument {
  if (isTooDeep(Buffer.from(text), maxYamlLevels)) {
    const problem = `has more than ${maxYamlLevels} levels of arrays and objects`
    throw new DocumentErrors([new DocumentError(undefined, problem)])
  }
  try {
    return documentOf(JSON.parse(text))
  } catch {
    // The parser's message quotes the text, which may contain a secret.
    const problem = `is not valid JSON: a document of more than ${maxYamlLength} characters cannot be YAML`
    throw new DocumentErrors([new DocumentError(undefined, `${problem}, got ${text.length}`)])
  }
}

// The parser notices too many aliases, or levels, only when it follows them.
function toValue(document: Document): unknown {
  try {
    return document.toJS()
  } catch (error) {
    throw new DocumentErrors([syntaxError(withoutQuotedText((error as Error).message))])
  }
}

/** Finds mistakes that the parser would take quadratic time to find. */
function findProblems(document: Document): Problem[] {
  const problems: Problem[] = []
  let aliases = 0
  try {
    visit(document, {
      Map: (_key, map) => void problems.push(...repeatedKeys(map)),
      Alias(_key, alias) {
        aliases++
        if (aliases <= maxAliases) return undefined
        problems.push([`there are more than ${maxAliases} aliases`, offsetOfNode(alias)])
        return visit.BREAK
      },
    })
  } catch (error) {
    return [[withoutQuotedText((error as Error).message), 0]]
  }
  return problems
}

function repeatedKeys({ items }: YAMLMap): Problem[] {
  const seen = new Set<unknown>()
  const repeated: Problem[] = []
  for (const { key } of items as Pair<Node>[]) {
    const value = isScalar(key) ? key.value : key
    if (seen.has(value) && repeated.length < maxErrors) {
      repeated.push(['Map keys must be unique', offsetOfNode(key)])
    }
    seen.add(value)
  }
  return repeated
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

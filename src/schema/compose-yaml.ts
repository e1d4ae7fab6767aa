import { Composer, CST, type Document, Lexer, type LineCounter, Parser } from 'yaml'

/** The library recurses into each level. */
export const maxYamlLevels = 100

// Far more than are reported, which are the first of 20 lines.
const maxProblems = 1000
const maxUnclosed = 20

/** A syntax error and its offset in the text. */
export type Problem = [text: string, offset: number]

/** Without a document, there are problems. */
export interface ComposedYaml {
  document: Document | undefined
  problems: readonly Problem[]
}

/**
 * Parses a text as `parseDocument` of the library does, but ends at more than 100 levels or 20 unclosed brackets, and keeps at most 1,000 mistakes: a text
 * of 1 MiB can have a million, which took 20 s. `lines` receives the offsets of the lines.
 */
export function composeYaml(text: string, lines: LineCounter): ComposedYaml {
  const problems: Problem[] = []
  const report = (message: string, offset: number) => {
    if (problems.length < maxProblems) problems.push([withoutQuotedText(message), offset])
  }
  const composer = createComposer(report)
  let document: Document | undefined
  let documents = 0
  for (const token of parse(text, lines, report)) {
    if (token.type === 'document' && ++documents > 1) report('there is more than one document', token.offset)
    else if (token.type === 'error') report(token.message, token.offset)
    else for (const composed of composer.next(token)) document = composed
    if (documents > 1 || problems.length === maxProblems) return { document: undefined, problems }
  }
  for (const composed of composer.end(true, text.length)) document = composed
  for (const { message, pos } of document?.errors ?? []) report(message, pos[0])
  return { document, problems }
}

type Report = (message: string, offset: number) => void
type ErrorSource = number | readonly number[] | { offset: number }

/** Returns a composer that reports errors, and warnings, which mean unknown tags, instead of collecting an object for each. */
function createComposer(report: Report): Composer {
  // The library would compare each key with all others of its map.
  const composer = new Composer({ uniqueKeys: false })
  const onError = (source: ErrorSource, _code: string, message: string) => report(message, offsetOf(source))
  return Object.assign(composer, { onError })
}

function offsetOf(source: ErrorSource): number {
  if (typeof source === 'number') return source
  return 'offset' in source ? source.offset : (source[0] ?? 0)
}

/** Yields the parts of a text, without the rest if it has too many levels or unclosed brackets. */
function* parse(text: string, lines: LineCounter, report: Report): Generator<CST.Token> {
  const parser = new Parser(lines.addNewLine)
  lines.addNewLine(0)
  let unclosed = 0
  for (const lexeme of new Lexer().lex(text)) {
    yield* parser.next(lexeme)
    if (hasTooManyLevels(parser.stack)) {
      return report(`there are more than ${maxYamlLevels} levels of lists and maps`, parser.offset - lexeme.length)
    }
    if (lexeme === CST.FLOW_END && ++unclosed === maxUnclosed) {
      report('brackets are not closed', parser.offset)
      break
    }
  }
  yield* parser.end()
}

// The document, the open lists and maps, and perhaps a text.
const hasTooManyLevels = (stack: readonly CST.Token[]): boolean =>
  stack.length > maxYamlLevels + 1 && stack.filter(isCollection).length > maxYamlLevels

const isCollection = ({ type }: CST.Token): boolean =>
  type === 'block-map' || type === 'block-seq' || type === 'flow-collection'

/** Returns a message of the library without what it quotes after a colon, which may contain a secret. */
export const withoutQuotedText = (message: string): string => message.replace(/:.*/s, '')

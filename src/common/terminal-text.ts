import { styleText } from 'node:util'
import stringWidth from 'string-width'

/** A text style on a terminal. */
export type Style = 'plain' | 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'cyan'

/** Adds a style to a text if its stream shows styles. */
export type Paint = (style: Style, text: string) => string

/** Returns a painter for a stream. It respects NO_COLOR and FORCE_COLOR. */
export function createPaint(stream: NodeJS.WriteStream): Paint {
  const hasColors = styleText('red', 'x', { stream }) !== 'x'
  return (style, text) => (hasColors && style !== 'plain' ? styleText(style, text, { validateStream: false }) : text)
}

/** Returns how many columns a text takes. */
export const widthOf = (text: string): number => stringWidth(text)

/** Returns the text, cut to a number of columns; an ellipsis marks the cut. */
export function truncate(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text
  let shown = ''
  let width = 1
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    width += widthOf(segment)
    if (width > columns) break
    shown += segment
  }
  return `${shown}…`
}

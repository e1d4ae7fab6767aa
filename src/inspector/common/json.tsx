import { signal } from '../state/signal.ts'
import { Button } from './button.tsx'
import { formatCount } from './format.ts'

// More would take long to lay out.
const maxLength = 20_000

/** The one long text that is shown as a whole. */
const wholeText = signal('')

/** A text as it is, its end only on demand. */
export function TextBlock({ text, label }: { text: string; label: string }) {
  const isCut = text.length > maxLength && text !== wholeText.value
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by keyboard. */}
      <pre tabIndex={0} role="document" aria-label={label}>
        <code dir="ltr">{isCut ? text.slice(0, maxLength) : text}</code>
      </pre>
      {isCut && (
        <Button
          onClick={() => {
            wholeText.value = text
          }}
        >
          Show all {formatCount(text.length)} characters
        </Button>
      )}
    </>
  )
}

export const formatJson = (value: unknown): string => JSON.stringify(value, null, 2)

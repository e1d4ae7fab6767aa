import { useState } from 'preact/hooks'

// More would take long to lay out.
const maxLength = 20_000

/** A text as it is, its end only on demand. */
export function TextBlock({ text, label }: { text: string; label: string }) {
  const [isWhole, setWhole] = useState(false)
  const isCut = !isWhole && text.length > maxLength
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by keyboard. */}
      <pre tabIndex={0} role="document" aria-label={label}>
        <code dir="ltr">{isCut ? text.slice(0, maxLength) : text}</code>
      </pre>
      {isCut && (
        <button type="button" onClick={() => setWhole(true)}>
          Show all {text.length.toLocaleString('en-US')} characters
        </button>
      )}
    </>
  )
}

export const formatJson = (value: unknown): string => JSON.stringify(value, null, 2)

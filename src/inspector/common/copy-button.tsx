import { useState } from 'preact/hooks'
import { attempt } from '../state/notice.ts'
import { copyText } from './clipboard.ts'

const shownMs = 1500

interface CopyButtonProps {
  text: string | (() => string)
  /** The name, if it is not `Copy`. */
  label?: string
}

/** Copies a text to the clipboard. */
export function CopyButton({ text, label = 'Copy' }: CopyButtonProps) {
  const [isCopied, setCopied] = useState(false)
  async function copy(): Promise<void> {
    const isDone = await attempt(() => copyText(typeof text === 'string' ? text : text()))
    setCopied(isDone)
    if (isDone) setTimeout(() => setCopied(false), shownMs)
  }
  return (
    <button type="button" aria-label={label} onClick={copy}>
      {isCopied ? 'Copied' : label}
    </button>
  )
}

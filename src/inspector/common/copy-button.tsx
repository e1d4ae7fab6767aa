import { attempt } from '../state/notice.ts'
import { Button } from './button.tsx'
import { copyText } from './clipboard.ts'

interface CopyButtonProps {
  text: string | (() => string)
  /** The name, if it is not `Copy`. */
  label?: string
}

/** Copies a text to the clipboard. */
export const CopyButton = ({ text, label = 'Copy' }: CopyButtonProps) => (
  <Button onClick={() => attempt(() => copyText(typeof text === 'string' ? text : text()), 'Copied.')}>{label}</Button>
)

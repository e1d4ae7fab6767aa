import type { ComponentChildren } from 'preact'
import { useEffect, useId, useRef } from 'preact/hooks'

interface DialogProps {
  title: string
  onClose: () => void
  children: ComponentChildren
}

/** A modal dialog, which Esc closes. */
export function Dialog({ title, onClose, children }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  useEffect(() => ref.current?.showModal(), [])
  return (
    <dialog ref={ref} aria-labelledby={titleId} onClose={onClose}>
      <h2 id={titleId}>{title}</h2>
      {children}
    </dialog>
  )
}

interface FormDialogProps extends DialogProps {
  /** The name of the button that submits. */
  action: string
  isInvalid?: boolean
  onSubmit: () => void
}

/** A dialog that asks for something. */
export function FormDialog({ action, isInvalid, onSubmit, children, ...dialog }: FormDialogProps) {
  return (
    <Dialog {...dialog}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          onSubmit()
        }}
      >
        {children}
        <div class="actions">
          <button type="button" onClick={dialog.onClose}>
            Cancel
          </button>
          <button type="submit" class="primary" disabled={isInvalid}>
            {action}
          </button>
        </div>
      </form>
    </Dialog>
  )
}

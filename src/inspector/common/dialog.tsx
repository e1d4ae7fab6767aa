import type { ComponentChildren } from 'preact'
import { closeDialog, dialog } from '../state/dialog.ts'
import { attempt } from '../state/notice.ts'
import { Button } from './button.tsx'
import { type Texts, textsOf } from './fields.tsx'
import { Notice } from './notice.tsx'

interface DialogProps {
  title: string
  children: ComponentChildren
  onClose?: (event: { currentTarget: HTMLDialogElement }) => void
}

const open = (element: HTMLDialogElement | null) => element?.showModal()

/** A modal dialog, which Esc closes. */
export const Dialog = ({ title, children, onClose = closeDialog }: DialogProps) => (
  <dialog key={title} ref={open} aria-label={title} onClose={onClose}>
    <h2>{title}</h2>
    {children}
    <Notice />
  </dialog>
)

interface FormDialogProps extends DialogProps {
  /** The name of the button that submits. */
  action: string
  /** Gets the texts of the fields by name. The dialog closes if it succeeds. */
  onSubmit: (texts: Texts) => Promise<unknown>
  /** The message to show after success. */
  done?: string
}

/** A dialog that asks for something. */
export const FormDialog = ({ action, onSubmit, done, children, ...props }: FormDialogProps) => (
  <Dialog {...props}>
    <form
      onSubmit={async (event) => {
        event.preventDefault()
        const texts = textsOf(event.currentTarget)
        const current = dialog.value
        const isDone = await attempt(() => onSubmit(texts), done)
        // What was done may have opened another one.
        if (isDone && dialog.value === current) closeDialog()
      }}
    >
      {children}
      <div class="actions">
        <Button onClick={closeDialog}>Cancel</Button>
        <button type="submit" class="primary">
          {action}
        </button>
      </div>
    </form>
  </Dialog>
)

import { tokenPrompt } from '../api/token.ts'
import { Dialog } from '../common/dialog.tsx'
import { Field, textsOf } from '../common/fields.tsx'

/** Asks for the control token while the emulator requires one. */
export function TokenDialog() {
  if (tokenPrompt.value === undefined) return null
  const { isWrong, submit } = tokenPrompt.value
  return (
    // It stays open: without the token there is nothing to show.
    <Dialog title="This emulator needs a token" onClose={({ currentTarget }) => currentTarget.showModal()}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          submit(textsOf(event.currentTarget)['token'] ?? '')
        }}
      >
        <p class="hint">This emulator was started with --control-token. The token is kept until this tab is closed.</p>
        <Field label="Control token" name="token" type="password" required />
        {isWrong && <p class="problem">The emulator does not accept this token.</p>}
        <div class="actions">
          <button type="submit" class="primary">
            Continue
          </button>
        </div>
      </form>
    </Dialog>
  )
}

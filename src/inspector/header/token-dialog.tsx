import { useState } from 'preact/hooks'
import { tokenPrompt } from '../api/token.ts'
import { Dialog } from '../common/dialog.tsx'
import { Field } from '../common/fields.tsx'

/** Asks for the control token while the emulator requires one. */
export function TokenDialog() {
  const prompt = tokenPrompt.value
  return prompt === undefined ? null : <TokenForm key={String(prompt.isWrong)} {...prompt} />
}

function TokenForm({ isWrong, submit }: NonNullable<typeof tokenPrompt.value>) {
  const [token, setToken] = useState('')
  const [closedTimes, setClosedTimes] = useState(0)
  return (
    // It stays open: without the token there is nothing to show.
    <Dialog key={closedTimes} title="This emulator needs a token" onClose={() => setClosedTimes(closedTimes + 1)}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          submit(token)
        }}
      >
        <p class="hint">This emulator was started with --control-token. The token is kept until this tab is closed.</p>
        <Field label="Control token" type="password" value={token} onInput={setToken} isInvalid={isWrong} />
        {isWrong && <p class="problem">The emulator does not accept this token.</p>}
        <div class="actions">
          <button type="submit" class="primary" disabled={token === ''}>
            Continue
          </button>
        </div>
      </form>
    </Dialog>
  )
}

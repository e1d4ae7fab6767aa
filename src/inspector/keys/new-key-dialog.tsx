import { useState } from 'preact/hooks'
import { CopyButton } from '../common/copy-button.tsx'
import { Dialog } from '../common/dialog.tsx'
import { Field } from '../common/fields.tsx'
import { refreshKeys } from '../state/keys.ts'
import { attempt } from '../state/notice.ts'
import { controls } from '../state/sandbox.ts'

const unitSeconds: Record<string, number> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 }
const maxSeconds = 31_536_000

/** Returns seconds; undefined for never, NaN for what is no duration that the API accepts. */
function parseExpiry(text: string): number | undefined {
  if (text.trim() === '') return undefined
  const [, count, unit = ''] = /^\s*(\d{1,9})\s*([smhd]?)\s*$/.exec(text) ?? []
  const seconds = Number(count) * (unitSeconds[unit] ?? 0)
  return seconds >= 1 && seconds <= maxSeconds ? seconds : Number.NaN
}

/** Creates a key and shows its value, which exists nowhere else in the page and is gone when the dialog closes. */
export function NewKeyDialog({ onClose }: { onClose: () => void }) {
  const [value, setValue] = useState<string>()
  return (
    <Dialog title="New key" onClose={onClose}>
      {value === undefined ? (
        <NewKeyForm onClose={onClose} onCreate={setValue} />
      ) : (
        <NewValue value={value} onClose={onClose} />
      )}
    </Dialog>
  )
}

function NewKeyForm({ onClose, onCreate }: { onClose: () => void; onCreate: (value: string) => void }) {
  const [name, setName] = useState('')
  const [expiry, setExpiry] = useState('')
  const seconds = parseExpiry(expiry)
  const isInvalid = Number.isNaN(seconds)
  const create = () =>
    attempt(async () => {
      const key = { name, ...(seconds !== undefined && { expires_in_seconds: seconds }) }
      onCreate((await controls.value.keys.create(key)).value)
      refreshKeys()
    })
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void create()
      }}
    >
      <Field label="Name" value={name} onInput={setName} />
      <Field
        label="Expires"
        value={expiry}
        onInput={setExpiry}
        isInvalid={isInvalid}
        placeholder="never"
        hint="After 1s to 365d, such as 30d or 12h; a number is seconds. Empty for never."
      />
      <div class="actions">
        <button type="button" onClick={onClose}>
          Cancel
        </button>
        <button type="submit" class="primary" disabled={isInvalid}>
          Create
        </button>
      </div>
    </form>
  )
}

const NewValue = ({ value, onClose }: { value: string; onClose: () => void }) => (
  <>
    <p class="hint">This is the only time that the value is shown.</p>
    <p class="value">
      <code data-testid="key-value">{value}</code>
    </p>
    <div class="actions">
      <CopyButton text={value} />
      <button type="button" class="primary" onClick={onClose}>
        Close
      </button>
    </div>
  </>
)

import { Button } from '../common/button.tsx'
import { CopyButton } from '../common/copy-button.tsx'
import { Dialog, FormDialog } from '../common/dialog.tsx'
import { Field, type Texts } from '../common/fields.tsx'
import { closeDialog, openDialog } from '../state/dialog.ts'
import { controls } from '../state/sandbox.ts'

const title = 'New key'
const unitSeconds: Record<string, number> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 }

function parseExpiry(text: string): { expires_in_seconds?: number } {
  const [, count, unit = ''] = /^(\d+)(\w?)$/.exec(text) ?? []
  return count === undefined ? {} : { expires_in_seconds: Number(count) * (unitSeconds[unit] ?? 0) }
}

export const openNewKey = () =>
  openDialog(() => (
    <FormDialog title={title} action="Create" onSubmit={create}>
      <Field label="Name" name="name" />
      <Field
        label="Expires"
        name="expires"
        placeholder="never"
        pattern="[1-9]\d{0,8}[smhd]?"
        hint="After 1s to 365d, such as 30d or 12h; a number is seconds. Empty for never."
      />
      <Field label="Project id" name="project_id" hint="Creates a key of this project instead of an admin key." />
      <Field
        label="Service account id"
        name="service_account_id"
        hint="Creates a key of this account instead of one of a user."
      />
    </FormDialog>
  ))

/** Creates a key and shows its value, which exists nowhere else in the page and is gone when the dialog closes. */
async function create({ name = '', expires = '', project_id, service_account_id }: Texts): Promise<void> {
  const { value } = await controls().keys.create({
    name,
    ...parseExpiry(expires),
    ...(project_id && { project_id }),
    ...(service_account_id && { service_account_id }),
  })
  openDialog(() => (
    <Dialog title={title}>
      <p class="hint">This is the only time that the value is shown.</p>
      <pre data-testid="key-value">{value}</pre>
      <div class="actions">
        <CopyButton text={value} />
        <Button class="primary" onClick={closeDialog}>
          Close
        </Button>
      </div>
    </Dialog>
  ))
}

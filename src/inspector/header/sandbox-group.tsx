import { useState } from 'preact/hooks'
import { sandboxes } from '../api/client.ts'
import { FormDialog } from '../common/dialog.tsx'
import { Field, Select } from '../common/fields.tsx'
import { formatAge, formatCount } from '../common/format.ts'
import { attempt } from '../state/notice.ts'
import { navigate, route, sandboxName } from '../state/route.ts'
import { sandboxList } from '../state/sandbox.ts'

const show = (sandbox: string) => navigate({ sandbox, panel: route.value.panel })

export function SandboxGroup() {
  const [creating, setCreating] = useState<'new' | 'copy'>()
  const current = sandboxName.value
  const remove = () => {
    // Nothing more is read of it then.
    show('default')
    void attempt(async () => {
      await sandboxes.remove(current)
      sandboxList.refresh()
    }, `Removed sandbox ${current}.`)
  }
  return (
    <section class="group" aria-label="Sandbox settings">
      <Select label="Sandbox" value={current} options={sandboxOptions(current)} onChange={show} />
      <div class="buttons">
        <button type="button" aria-label="Create sandbox" title="Create sandbox" onClick={() => setCreating('new')}>
          Create
        </button>
        <button type="button" aria-label="Copy sandbox" title="Copy sandbox" onClick={() => setCreating('copy')}>
          Copy
        </button>
        <button
          type="button"
          aria-label="Remove sandbox"
          title="Remove sandbox"
          disabled={current === 'default'}
          onClick={remove}
        >
          Remove
        </button>
      </div>
      {creating && (
        <NewSandboxDialog from={creating === 'copy' ? current : undefined} onClose={() => setCreating(undefined)} />
      )}
    </section>
  )
}

function sandboxOptions(current: string): (readonly [string, string])[] {
  const now = Date.now() / 1000
  const listed = sandboxList.value.value ?? []
  const options = listed.map(({ name, keys, last_used_at }) => {
    const count = keys === 1 ? '1 key' : `${formatCount(keys)} keys`
    return [name, `${name} · ${count} · used ${formatAge(now - last_used_at)}`] as const
  })
  return listed.some(({ name }) => name === current) ? options : [[current, current], ...options]
}

function NewSandboxDialog({ from, onClose }: { from: string | undefined; onClose: () => void }) {
  const [name, setName] = useState('')
  async function create(): Promise<void> {
    await attempt(async () => {
      const created = await sandboxes.create({
        ...(name !== '' && { name }),
        ...(from !== undefined && { from: { sandbox: from } }),
      })
      sandboxList.refresh()
      onClose()
      show(created.name)
    })
  }
  const title = from === undefined ? 'New sandbox' : `Copy of ${from}`
  return (
    <FormDialog title={title} action="Create" onClose={onClose} onSubmit={create}>
      <Field
        label="Name"
        value={name}
        onInput={setName}
        hint="Letters, digits, dots, dashes; empty for a random one."
      />
    </FormDialog>
  )
}

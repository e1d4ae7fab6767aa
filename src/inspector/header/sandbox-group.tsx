import { sandboxes } from '../api/client.ts'
import { Button } from '../common/button.tsx'
import { FormDialog } from '../common/dialog.tsx'
import { Field, Select } from '../common/fields.tsx'
import { countOf, formatAge } from '../common/format.ts'
import { openDialog } from '../state/dialog.ts'
import { attempt } from '../state/notice.ts'
import { navigate, route } from '../state/route.ts'
import { sandboxList } from '../state/sandbox.ts'

const show = (sandbox: string) => navigate({ sandbox })

/** Asks for the name of a new sandbox, which is a copy of `source` if that is given. */
const openNewSandbox = (source?: string) =>
  openDialog(() => (
    <FormDialog
      title={source === undefined ? 'New sandbox' : `Copy of ${source}`}
      action="Create"
      onSubmit={async ({ name }) => {
        const from = source === undefined ? {} : { from: { sandbox: source } }
        show((await sandboxes.create({ ...(name && { name }), ...from })).name)
      }}
    >
      <Field label="Name" name="name" hint="Letters, digits, dots, dashes; empty for a random one." />
    </FormDialog>
  ))

export function SandboxGroup() {
  const { sandbox } = route.value
  const remove = () => {
    // Nothing more is read of it then.
    show('default')
    void attempt(() => sandboxes.remove(sandbox), `Removed sandbox ${sandbox}.`)
  }
  return (
    <section class="group" aria-label="Sandbox settings">
      <Select label="Sandbox" name="sandbox" value={sandbox} options={sandboxOptions(sandbox)} onChange={show} />
      <div class="buttons">
        <Button label="Create sandbox" onClick={() => openNewSandbox()}>
          Create
        </Button>
        <Button label="Copy sandbox" onClick={() => openNewSandbox(sandbox)}>
          Copy
        </Button>
        <Button label="Remove sandbox" disabled={sandbox === 'default'} onClick={remove}>
          Remove
        </Button>
      </div>
    </section>
  )
}

function sandboxOptions(current: string): (readonly [string, string])[] {
  const now = Date.now() / 1000
  const options = (sandboxList.value ?? []).map(
    ({ name, keys, last_used_at }) =>
      [name, `${name} · ${countOf(keys, 'key')} · used ${formatAge(now - last_used_at)}`] as const,
  )
  return options.some(([name]) => name === current) ? options : [[current, current], ...options]
}

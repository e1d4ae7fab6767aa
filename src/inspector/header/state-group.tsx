import { Button } from '../common/button.tsx'
import { FormDialog } from '../common/dialog.tsx'
import { Field } from '../common/fields.tsx'
import { countOf } from '../common/format.ts'
import { toYaml } from '../common/to-yaml.ts'
import { openDialog } from '../state/dialog.ts'
import { attempt } from '../state/notice.ts'
import { route } from '../state/route.ts'
import { controls, snapshotList } from '../state/sandbox.ts'
import { openReset } from './reset-dialog.tsx'

async function exportState(): Promise<void> {
  const state = (await controls().exportState()) as Parameters<typeof toYaml>[0]
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([toYaml(state)]))
  link.download = `${route.value.sandbox}.yaml`
  link.click()
  URL.revokeObjectURL(link.href)
}

const openTakeSnapshot = () =>
  openDialog(() => (
    <FormDialog
      title="Take snapshot"
      action="Take snapshot"
      onSubmit={({ name = '' }) => controls().snapshots.take(name)}
      done="Took the snapshot."
    >
      <Field label="Name" name="name" required hint="A snapshot of the same name is replaced." />
    </FormDialog>
  ))

export const StateGroup = () => (
  <section class="group" aria-label="State">
    <span class="label">State</span>
    <div class="buttons">
      <Button onClick={openReset}>Reset</Button>
      <Button onClick={() => attempt(exportState)} title="Export the state as YAML, a seed">
        Export
      </Button>
      <Button onClick={openTakeSnapshot}>Take snapshot</Button>
    </div>
    <Snapshots />
  </section>
)

function Snapshots() {
  if (!snapshotList.value?.length) return null
  const { restore, remove } = controls().snapshots
  return (
    <ul class="snapshots" aria-label="Snapshots">
      {snapshotList.value.map(({ name, keys, damaged }) => (
        <li key={name}>
          <bdi>{name}</bdi>
          <span class="hint">{damaged ? 'damaged' : countOf(keys ?? 0, 'key')}</span>
          {!damaged && <Button onClick={() => attempt(() => restore(name), `Restored ${name}.`)}>Restore</Button>}
          <Button label="Delete snapshot" onClick={() => attempt(() => remove(name), `Deleted snapshot ${name}.`)}>
            ×
          </Button>
        </li>
      ))}
    </ul>
  )
}

import { useState } from 'preact/hooks'
import { FormDialog } from '../common/dialog.tsx'
import { Field } from '../common/fields.tsx'
import { formatCount } from '../common/format.ts'
import { toYaml } from '../common/to-yaml.ts'
import { attempt } from '../state/notice.ts'
import { sandboxName } from '../state/route.ts'
import { controls, snapshotList } from '../state/sandbox.ts'
import { ResetDialog } from './reset-dialog.tsx'

async function exportState(): Promise<void> {
  await attempt(async () => {
    const state = (await controls.value.exportState()) as Parameters<typeof toYaml>[0]
    const url = URL.createObjectURL(new Blob([toYaml(state)], { type: 'application/yaml' }))
    const link = document.createElement('a')
    link.href = url
    link.download = `${sandboxName.value}.yaml`
    link.click()
    URL.revokeObjectURL(url)
  })
}

export function StateGroup() {
  const [dialog, setDialog] = useState<'reset' | 'snapshot'>()
  const close = () => setDialog(undefined)
  return (
    <section class="group" aria-label="State">
      <span class="label">State</span>
      <div class="buttons">
        <button type="button" onClick={() => setDialog('reset')}>
          Reset
        </button>
        <button type="button" onClick={exportState} title="Export the state as YAML, a seed">
          Export
        </button>
        <button type="button" onClick={() => setDialog('snapshot')}>
          Take snapshot
        </button>
      </div>
      <Snapshots />
      {dialog === 'reset' && <ResetDialog onClose={close} />}
      {dialog === 'snapshot' && <SnapshotDialog onClose={close} />}
    </section>
  )
}

function Snapshots() {
  const list = snapshotList.value.value ?? []
  if (list.length === 0) return null
  const { restore, remove } = controls.value.snapshots
  return (
    <ul class="snapshots" aria-label="Snapshots">
      {list.map(({ name, keys, damaged }) => (
        <li key={name}>
          <bdi class="name">{name}</bdi>
          <span class="hint">{damaged ? 'damaged' : `${formatCount(keys ?? 0)} keys`}</span>
          {!damaged && (
            <button type="button" onClick={() => attempt(() => restore(name), `Restored ${name}.`)}>
              Restore
            </button>
          )}
          <button
            type="button"
            aria-label="Delete snapshot"
            title={`Delete snapshot ${name}`}
            onClick={() =>
              attempt(async () => {
                await remove(name)
                snapshotList.refresh()
              }, `Deleted snapshot ${name}.`)
            }
          >
            ×
          </button>
        </li>
      ))}
    </ul>
  )
}

function SnapshotDialog({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState('')
  async function take(): Promise<void> {
    const isTaken = await attempt(() => controls.value.snapshots.take(name), `Took snapshot ${name}.`)
    if (!isTaken) return
    snapshotList.refresh()
    onClose()
  }
  return (
    <FormDialog title="Take snapshot" action="Take snapshot" isInvalid={name === ''} onClose={onClose} onSubmit={take}>
      <Field label="Name" value={name} onInput={setName} hint="A snapshot of the same name is replaced." />
    </FormDialog>
  )
}

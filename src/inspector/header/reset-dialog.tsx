import type { ResetPart } from '../api/types.ts'
import { FormDialog } from '../common/dialog.tsx'
import { openDialog } from '../state/dialog.ts'
import { controls } from '../state/sandbox.ts'

const parts: Record<ResetPart, string> = {
  keys: 'Keys',
  journal: 'Requests (journal)',
  faults: 'Faults',
  clock: 'Clock',
  behavior: 'Behavior',
  random: 'Randomness',
}

/** Asks which parts of the sandbox return to their initial state. */
export const openReset = () =>
  openDialog(() => (
    <FormDialog
      title="Reset"
      action="Reset"
      onSubmit={(chosen) => controls().reset(Object.keys(chosen) as ResetPart[])}
      done="Reset."
    >
      <p class="hint">Returns these to their initial state. Snapshots stay.</p>
      {Object.entries(parts).map(([part, title]) => (
        <label key={part} class="buttons">
          <input type="checkbox" name={part} defaultChecked />
          {title}
        </label>
      ))}
    </FormDialog>
  ))

import { useState } from 'preact/hooks'
import type { ResetPart } from '../api/types.ts'
import { FormDialog } from '../common/dialog.tsx'
import { attempt } from '../state/notice.ts'
import { controls } from '../state/sandbox.ts'

const parts: Record<ResetPart, string> = {
  keys: 'Keys',
  journal: 'Requests (journal)',
  faults: 'Faults',
  clock: 'Clock',
  behavior: 'Behavior',
  random: 'Randomness',
}
const allParts = Object.keys(parts) as ResetPart[]

/** Asks which parts of the sandbox return to their initial state. */
export function ResetDialog({ onClose }: { onClose: () => void }) {
  const [chosen, setChosen] = useState<ReadonlySet<ResetPart>>(new Set(allParts))
  function toggle(part: ResetPart): void {
    const next = new Set(chosen)
    if (!next.delete(part)) next.add(part)
    setChosen(next)
  }
  async function reset(): Promise<void> {
    if (await attempt(() => controls.value.reset([...chosen]), 'Reset.')) onClose()
  }
  return (
    <FormDialog title="Reset" action="Reset" isInvalid={chosen.size === 0} onClose={onClose} onSubmit={reset}>
      <p class="hint">Returns these to their initial state. Snapshots stay.</p>
      {allParts.map((part) => (
        <label key={part} class="check">
          <input type="checkbox" checked={chosen.has(part)} onChange={() => toggle(part)} />
          {parts[part]}
        </label>
      ))}
    </FormDialog>
  )
}

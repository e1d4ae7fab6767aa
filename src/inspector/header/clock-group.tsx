import { Button } from '../common/button.tsx'
import { FormDialog } from '../common/dialog.tsx'
import { Field } from '../common/fields.tsx'
import { formatShift, formatTime } from '../common/format.ts'
import { openDialog } from '../state/dialog.ts'
import { attempt } from '../state/notice.ts'
import { clock, controls, sandboxTime } from '../state/sandbox.ts'

const sandboxTimeText = () => formatTime(sandboxTime() / 1000)

function openSetClock(): void {
  const defaultValue = sandboxTimeText().replace(' ', 'T')
  openDialog(() => (
    <FormDialog
      title="Set clock"
      action="Set"
      onSubmit={({ time = '' }) => controls().clock.change({ now: `${time.padEnd(19, ':00')}Z` })}
    >
      <Field label="Time (UTC)" name="time" type="datetime-local" step={1} required defaultValue={defaultValue} />
    </FormDialog>
  ))
}

export function ClockGroup() {
  const shift = clock.value && formatShift(sandboxTime() - Date.now())
  const frozen = clock.value?.frozen === true
  return (
    <section class="group" aria-label="Clock">
      <span class="label" title={shift && 'Compared with the clock of this browser'}>
        {['Clock', shift, frozen && 'frozen'].filter(Boolean).join(', ')}
      </span>
      <span role="timer" aria-label="Sandbox time">
        {clock.value ? `${sandboxTimeText()} UTC` : '…'}
      </span>
      <div class="buttons">
        <Button onClick={() => attempt(() => controls().clock.change({ frozen: !frozen }))}>
          {frozen ? 'Unfreeze' : 'Freeze'}
        </Button>
        {['1h', '1d', '30d'].map((advance) => (
          <Button key={advance} onClick={() => attempt(() => controls().clock.change({ advance }))}>
            +{advance}
          </Button>
        ))}
        <Button label="Set clock" onClick={openSetClock}>
          Set
        </Button>
        <Button label="Back to system clock" onClick={() => attempt(() => controls().clock.reset())}>
          System
        </Button>
      </div>
    </section>
  )
}

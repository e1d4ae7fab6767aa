import { useEffect, useState } from 'preact/hooks'
import { FormDialog } from '../common/dialog.tsx'
import { Field } from '../common/fields.tsx'
import { formatTime } from '../common/format.ts'
import { attempt } from '../state/notice.ts'
import { clock, controls, sandboxTime } from '../state/sandbox.ts'

const tickMs = 250
const steps = ['1h', '1d', '30d']

type Change = Parameters<typeof controls.value.clock.change>[0]

const change = (changes: Change) =>
  attempt(async () => {
    await controls.value.clock.change(changes)
    clock.refresh()
  })
const returnToSystemClock = () =>
  attempt(async () => {
    await controls.value.clock.reset()
    clock.refresh()
  })

export function ClockGroup() {
  const [isSetting, setSetting] = useState(false)
  const isFrozen = clock.value.value?.frozen === true
  return (
    <section class="group" aria-label="Clock">
      <div class="clock">
        <span class="label">Clock{isFrozen && ' (frozen)'}</span>
        <Timer />
      </div>
      <div class="buttons">
        <button type="button" onClick={() => change({ frozen: !isFrozen })}>
          {isFrozen ? 'Unfreeze' : 'Freeze'}
        </button>
        {steps.map((step) => (
          <button key={step} type="button" onClick={() => change({ advance: step })}>
            +{step}
          </button>
        ))}
        <button type="button" aria-label="Set clock" title="Set clock" onClick={() => setSetting(true)}>
          Set
        </button>
        <button
          type="button"
          aria-label="Back to system clock"
          title="Back to system clock"
          onClick={returnToSystemClock}
        >
          System
        </button>
      </div>
      {isSetting && <SetClockDialog onClose={() => setSetting(false)} />}
    </section>
  )
}

/** The time of the sandbox, live. */
function Timer() {
  const [, setTick] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => setTick((tick) => tick + 1), tickMs)
    return () => clearInterval(timer)
  }, [])
  const text = clock.value.value === undefined ? '…' : `${formatTime(sandboxTime() / 1000)} UTC`
  return (
    <span role="timer" aria-label="Sandbox time">
      {text}
    </span>
  )
}

function SetClockDialog({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState(() => formatTime(sandboxTime() / 1000).replace(' ', 'T'))
  async function set(): Promise<void> {
    if (await change({ now: `${text.length === 16 ? `${text}:00` : text}Z` })) onClose()
  }
  return (
    <FormDialog title="Set clock" action="Set" isInvalid={text === ''} onClose={onClose} onSubmit={set}>
      <Field label="Time (UTC)" type="datetime-local" value={text} onInput={setText} />
    </FormDialog>
  )
}

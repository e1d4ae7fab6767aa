import type { Behavior } from '../api/types.ts'
import { Select } from '../common/fields.tsx'
import { attempt } from '../state/notice.ts'
import { behavior, controls } from '../state/sandbox.ts'
import { switches, switchNames } from './switches.ts'

const change = (name: keyof Behavior, value: string) =>
  attempt(async () => {
    behavior.value = await controls().behavior.change({ [name]: value })
  })

/** The points on which the behavior of the real API is unknown. */
export function BehaviorPanel() {
  const current = behavior.value
  return (
    <div class="behavior">
      <p class="hint">
        Each switch is a point that the published document leaves open. The first value is the default.
      </p>
      <table aria-label="Behavior">
        <thead>
          <tr>
            <th scope="col">Switch</th>
            <th scope="col">Value</th>
            <th scope="col">Meaning</th>
            <th scope="col">Evidence</th>
          </tr>
        </thead>
        <tbody>
          {current !== undefined &&
            switchNames.map((name) => <SwitchRow key={name} name={name} value={current[name]} />)}
        </tbody>
      </table>
    </div>
  )
}

function SwitchRow({ name, value }: { name: keyof Behavior; value: string }) {
  const { values, meaning, evidence, why } = switches[name]
  return (
    <tr class={value === values[0] ? undefined : 'changed'}>
      <td>
        <code>{name}</code>
      </td>
      <td>
        <Select
          label={name}
          name={name}
          isLabelHidden
          value={value}
          options={values}
          onChange={(chosen) => change(name, chosen)}
        />
      </td>
      <td>{meaning}</td>
      <td>
        <span class="badge">{evidence}</span> <span class="hint">{why}</span>
      </td>
    </tr>
  )
}

import type { DescribedSwitch } from '../api/types.ts'
import { Select } from '../common/fields.tsx'
import { attempt } from '../state/notice.ts'
import { controls, switches } from '../state/sandbox.ts'

const change = (name: string, value: string) =>
  attempt(async () => {
    switches.value = switches.value?.map((each) => (each.name === name ? { ...each, value } : each))
    await controls().behavior.change({ [name]: value })
  })

/** The points on which the behavior of the real API is unknown. */
export const BehaviorPanel = () => (
  <div class="behavior">
    <p class="hint">
      Each switch sets a behavior that is unknown in the real API, or that tests need. The first value is the default.
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
        {switches.value?.map((each) => (
          <SwitchRow key={each.name} {...each} />
        ))}
      </tbody>
    </table>
  </div>
)

function SwitchRow({ name, value, values, title, evidence, reason }: DescribedSwitch) {
  const options = values.map((each) => each.value)
  return (
    <tr class={value === options[0] ? '' : 'changed'}>
      <td>
        <code>{name}</code>
      </td>
      <td>
        <Select
          label={name}
          name={name}
          isLabelHidden
          value={value}
          options={options}
          onChange={(chosen) => change(name, chosen)}
        />
      </td>
      <td>
        {withCode(title)}
        {values.map((each) => (
          <p key={each.value} class="hint">
            {each.value}: {withCode(each.description)}
          </p>
        ))}
      </td>
      <td>
        <span class="badge">{evidence}</span> <span class="hint">{withCode(reason)}</span>
      </td>
    </tr>
  )
}

/** Shows what is in backticks as code. */
const withCode = (text: string) =>
  text.split('`').map((part, index) => (index % 2 === 1 ? <code key={index}>{part}</code> : part))

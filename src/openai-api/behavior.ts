import * as Type from 'typebox'
import { Choice } from '../schema/typebox.ts'
import { type SwitchName, type SwitchValues, switches, switchNames } from './switches.ts'

type Properties = { [Name in SwitchName]: Type.TOptional<Type.TUnsafe<SwitchValues[Name]>> }

/** The first value is the default. */
function schemaOf(name: SwitchName) {
  const { title, values } = switches[name]
  const meanings = Object.entries(values).map(([value, meaning]) => `\`${value}\`: ${meaning}`)
  const names = Object.keys(values)
  return Type.Optional(Choice(names, { default: names[0], description: `${title}. ${meanings.join('. ')}.` }))
}

/** One switch for each point on which the real API's behavior is unknown (docs/fidelity.md). */
export const BehaviorSchema = Type.Object(
  Object.fromEntries(switchNames.map((name) => [name, schemaOf(name)])) as unknown as Properties,
  { additionalProperties: false, title: 'the behavior', description: 'an object: the switches by name' },
)

export type Behavior = Readonly<SwitchValues>

export const defaultBehavior = Object.fromEntries(
  switchNames.map((name) => [name, Object.keys(switches[name].values)[0]]),
) as Behavior

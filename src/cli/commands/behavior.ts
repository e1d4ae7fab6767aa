import type { Options } from '../../config/options.ts'
import type { DescribedSwitch } from '../../control-api/controls/behavior.ts'
import { type Behavior, BehaviorSchema } from '../../openai-api/behavior.ts'
import { type AddCommand, sandboxOptions } from '../command.ts'
import { type ControlCommandOptions, namingArguments, requestSandbox } from '../control.ts'
import type { FieldSchema } from '../field-values.ts'
import { addFields, bodyOfFlags, type Field, flagOfPointer } from '../fields.ts'
import { printJson, printsJson } from '../output.ts'
import { type Column, printTable } from '../table.ts'

type BehaviorOptions = ControlCommandOptions & Options<'json'>

export function addBehaviorCommands(add: AddCommand): void {
  const options = [...sandboxOptions, 'json'] as const
  add('get', { description: 'Print the switches', options, examples: ['behavior get'] }).action(get)
  add('switches', {
    description: 'Print what each switch decides, and what its values mean',
    options,
    examples: ['behavior switches'],
  }).action(listSwitches)
  const changeCommand = add('change', {
    description: 'Change the given switches and keep the others',
    options,
    examples: ['behavior change --auth any'],
  })
  addFields(changeCommand, fields).action(change)
}

const switches = Object.entries(BehaviorSchema.properties as Record<string, FieldSchema>)

const fields: Field[] = switches.map(([name, schema]) => ({
  name,
  schema,
  description: `${schema.enum?.join(' or ')}. ${schema.description}`,
}))

const get = async (options: BehaviorOptions): Promise<void> =>
  print(options, await requestSandbox(options, 'GET', '/behavior'))

async function change(options: BehaviorOptions): Promise<void> {
  const sent = requestSandbox<Behavior>(options, 'PATCH', '/behavior', bodyOfFlags(fields, { ...options }))
  print(options, await namingArguments(sent, flagOfPointer))
}

async function listSwitches(options: BehaviorOptions): Promise<void> {
  const response = await requestSandbox<{ data: DescribedSwitch[] }>(options, 'GET', '/behavior/switches')
  if (printsJson(options.json)) printJson(response)
  else printTable(switchColumns, response.data.flatMap(rowsOf))
}

type SwitchRow = Partial<Pick<DescribedSwitch, 'name' | 'title'>> & { value: string; meaning: string }

/** Returns a row for each value of a switch, the first with what it decides. */
const rowsOf = ({ name, title, values, value: current }: DescribedSwitch): SwitchRow[] =>
  values.map(({ value, description }, index) => ({
    ...(index === 0 ? { name, title } : {}),
    value: value === current ? `${value} *` : value,
    meaning: description,
  }))

const switchColumns: Column<SwitchRow>[] = [
  ['SWITCH', ({ name = '' }) => name],
  ['VALUE (* current)', ({ value }) => value],
  ['MEANING', ({ meaning }) => meaning],
  ['DECIDES', ({ title = '' }) => title],
]

const columns: Column<[name: string, value: string]>[] = [
  ['SWITCH', ([name]) => name],
  ['VALUE', ([, value]) => value],
]

function print({ json }: BehaviorOptions, behavior: Behavior): void {
  if (printsJson(json)) printJson(behavior)
  else printTable(columns, Object.entries(behavior))
}

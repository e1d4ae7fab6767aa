import type { Options } from '../../config/options.ts'
import { FaultBody, type ListedFault } from '../../faults/schemas.ts'
import { type AddCommand, sandboxOptions } from '../command.ts'
import { type ControlCommandOptions, namingArguments, requestSandbox } from '../control.ts'
import type { FieldSchema } from '../field-values.ts'
import { addFields, type Field, flagOfPointer, readBody } from '../fields.ts'
import { printError, printJson, printsJson } from '../output.ts'
import { type Column, printTable } from '../table.ts'

type FaultOptions = ControlCommandOptions & Options<'json'>

export function addFaultCommands(add: AddCommand): void {
  const options = [...sandboxOptions, 'json'] as const
  add('list', {
    description: 'List the faults, including used-up faults',
    options,
    examples: ['faults list'],
  }).action(list)
  const addCommand = add('add [json]', {
    description: 'Add a fault, from flags or from JSON: an argument, @FILE, or - for standard input',
    options,
    examples: [
      'faults add --operation list --kind error --status 429 --times 2',
      "faults add --operation list --kind error --status 503 --headers 'retry-after: 1'",
      'faults add \'{"operation": "create", "kind": "connection_reset", "when": "after_commit"}\'',
    ],
  })
  addFields(addCommand, fields).action(addFault)
  add('clear [id]', {
    description: 'Remove a fault, or all of them',
    options,
    examples: ['faults clear fault_1', 'faults clear'],
  }).action(clear)
}

const forms = FaultBody.oneOf.map(({ properties }) => properties as Record<string, FieldSchema>)

const kindsWith = (name: string) =>
  forms.filter((form) => Object.hasOwn(form, name)).map((form) => String(form['kind']?.const))

/** The fields of all kinds. */
const fields: Field[] = [...new Set(forms.flatMap((form) => Object.keys(form)))].map(toField)

function toField(name: string): Field {
  const schema = forms.find((form) => Object.hasOwn(form, name))?.[name] ?? {}
  if (name === 'kind') return { name, schema, description: `what the fault does: ${kindsWith(name).join(', ')}` }
  const kinds = kindsWith(name)
  const note = kinds.length < forms.length / 2 ? ` (for ${kinds.join(', ')})` : ''
  return { name, schema, description: `${schema.description ?? ''}${note}` }
}

async function list(options: FaultOptions): Promise<void> {
  const response = await requestSandbox<{ data: ListedFault[] }>(options, 'GET', '/faults')
  if (printsJson(options.json)) printJson(response)
  else if (response.data.length === 0) printError(`sandbox '${options.sandbox}' has no faults`)
  else printTable(columns, response.data)
}

async function addFault(argument: string | undefined, options: FaultOptions): Promise<void> {
  const body = readBody(argument, fields, { ...options })
  const sent = requestSandbox<ListedFault>(options, 'POST', '/faults', body)
  const fault = await namingArguments(sent, (pointer) => (argument === undefined ? flagOfPointer(pointer) : undefined))
  if (printsJson(options.json)) printJson(fault)
  else printTable(columns, [fault])
}

async function clear(id: string | undefined, options: FaultOptions): Promise<void> {
  const path = id === undefined ? '/faults' : `/faults/${encodeURIComponent(id)}`
  const response = await requestSandbox<{ deleted: string[] }>(options, 'DELETE', path)
  if (printsJson(options.json)) return printJson(response)
  const { deleted } = response
  printError(
    deleted.length === 0
      ? `sandbox '${options.sandbox}' has no faults`
      : `removed from sandbox '${options.sandbox}': ${deleted.join(', ')}`,
  )
}

const columns: Column<ListedFault>[] = [
  ['ID', ({ id }) => id],
  ['OPERATION', ({ operation }) => operation],
  ['KIND', ({ kind }) => kind],
  ['HITS', ({ hits }) => hits],
  ['REMAINING', ({ remaining }) => remaining ?? 'no limit'],
  ['DETAILS', detailsOf],
]

/** Returns the fields without a column, unless they have the default. */
function detailsOf({ id: _, operation, kind, hits, remaining, times, ...details }: ListedFault): string {
  return Object.entries(details)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .filter((detail) => !defaults.includes(detail))
    .join(' ')
}

const defaults = ['match={}', 'when=before', 'skip=0', 'unapplied=0']

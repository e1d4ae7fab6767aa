import type { Options } from '../../config/options.ts'
import type { ListedSnapshot, Snapshot } from '../../control-api/controls/snapshots.ts'
import { type AddCommand, sandboxOptions } from '../command.ts'
import { type ControlCommandOptions, requestSandbox } from '../control.ts'
import { printError, printJson, printsJson } from '../output.ts'
import { type Column, isoTime, printTable } from '../table.ts'

type SnapshotOptions = ControlCommandOptions & Options<'json'>

export function addSnapshotCommands(add: AddCommand): void {
  const addSnapshot = (usage: string, description: string, example: string) =>
    add(usage, { description, options: [...sandboxOptions, 'json'], examples: [example] })

  addSnapshot('take <name>', 'Take a snapshot; overwrites a snapshot of the same name', 'snapshots take before').action(
    async (name: string, options) => show(options, await request<Snapshot>(options, 'PUT', name)),
  )
  addSnapshot('restore <name>', 'Return to a snapshot', 'snapshots restore before').action(
    async (name: string, options) => show(options, await request<Snapshot>(options, 'POST', name, '/restore')),
  )
  addSnapshot('list', 'List the snapshots', 'snapshots list').action(list)
  addSnapshot('delete <name>', 'Delete a snapshot', 'snapshots delete before').action(async (name: string, options) => {
    const response = await request(options, 'DELETE', name)
    if (printsJson(options.json)) printJson(response)
    else printError(`deleted snapshot '${name}' of sandbox '${options.sandbox}'`)
  })
}

const request = <Result>(options: SnapshotOptions, method: string, name: string, suffix = '') =>
  requestSandbox<Result>(options, method, `/snapshots/${encodeURIComponent(name)}${suffix}`)

async function list(options: SnapshotOptions): Promise<void> {
  const response = await requestSandbox<{ data: ListedSnapshot[] }>(options, 'GET', '/snapshots')
  if (printsJson(options.json)) printJson(response)
  else if (response.data.length === 0) printError(`sandbox '${options.sandbox}' has no snapshots`)
  else printTable(columns, response.data)
}

function show({ json }: SnapshotOptions, snapshot: Snapshot): void {
  if (printsJson(json)) printJson(snapshot)
  else printTable(columns, [snapshot])
}

const columns: Column<ListedSnapshot>[] = [
  ['NAME', ({ name }) => name],
  ['KEYS', ({ keys }) => keys],
  ['CREATED', ({ created_at, damaged }) => (created_at === undefined ? damaged && 'damaged' : isoTime(created_at))],
]

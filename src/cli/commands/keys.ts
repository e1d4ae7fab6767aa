import type { Options } from '../../config/options.ts'
import { KeyQuery, KeysQuery } from '../../control-api/controls/key-query.ts'
import { type CreatedKey, type KeyPage, type KeyWithState, NewKey } from '../../control-api/controls/key-schemas.ts'
import { type AddCommand, sandboxOptions } from '../command.ts'
import { type ControlCommandOptions, namingArguments, requestSandbox } from '../control.ts'
import { addFields, bodyOfFlags, flagOfPointer, toField, toFilters, toQuery } from '../fields.ts'
import { printError, printJson, printsJson } from '../output.ts'
import { type Column, isoTime, printTable } from '../table.ts'

type KeyOptions = ControlCommandOptions & Options<'json'>

const filters = toFilters(KeysQuery.properties)
const keyType = toFilters(KeyQuery.properties)
const { name: _, ...optional } = NewKey.properties
const newKeyFields = Object.entries(optional).map(toField)

export function addKeyCommands(add: AddCommand): void {
  const addKey = (usage: string, description: string, ...examples: string[]) =>
    add(usage, { description, options: [...sandboxOptions, 'json'], examples })

  addFields(
    addKey(
      'list',
      'List admin keys and project keys with their state',
      'keys list',
      'keys list --state expiring --filter deploy',
      'keys list --project-id proj_web',
    ),
    filters,
  ).action(list)
  addFields(addKey('get <id>', 'Print a key with its state, also a deleted one', 'keys get key_ci'), keyType).action(
    async (id: string, options: KeyOptions) => show(options, await request(options, 'GET', id)),
  )
  addFields(
    addKey(
      'create <name>',
      'Create a key and print its value, which nothing else prints',
      'keys create ci',
      'keys create ci --expires-in-seconds 2592000 --json',
    ),
    newKeyFields,
  ).action(create)
  addFields(addKey('delete <id>', 'Delete a key', 'keys delete key_ci'), keyType).action(
    async (id: string, options: KeyOptions) => {
      const response = await request(options, 'DELETE', id)
      if (printsJson(options.json)) printJson(response)
      else printError(`deleted key '${id}' of sandbox '${options.sandbox}'`)
    },
  )
}

const request = <Result = KeyWithState>(options: KeyOptions, method: string, id: string) =>
  requestSandbox<Result>(options, method, `/keys/${encodeURIComponent(id)}${toQuery(keyType, options)}`)

async function list(options: KeyOptions): Promise<void> {
  const page = await requestSandbox<KeyPage>(options, 'GET', `/keys${toQuery(filters, options)}`)
  if (printsJson(options.json)) return printJson(page)
  if (page.data.length === 0) return printError(`sandbox '${options.sandbox}' has no such keys`)
  printTable(columns, page.data)
  if (page.next !== null) printError(`${page.count} keys match; the next page: --after ${page.next}`)
}

async function create(name: string, options: KeyOptions): Promise<void> {
  const body = { name, ...bodyOfFlags(newKeyFields, { ...options }) }
  const sent = requestSandbox<CreatedKey>(options, 'POST', '/keys', body)
  const key = await namingArguments(sent, (pointer) => (pointer === '/name' ? 'name' : flagOfPointer(pointer)))
  if (printsJson(options.json)) printJson(key)
  else printTable([...columns.slice(0, 2), ['VALUE', ({ value }) => value]], [key])
}

function show({ json }: KeyOptions, key: KeyWithState): void {
  if (printsJson(json)) printJson(key)
  else printTable(columns, [key])
}

const timeOrNull = (seconds: number | null) => (seconds === null ? null : isoTime(seconds))

function ownerName(key: KeyWithState): string | null {
  if (key.type === 'admin') return key.owner.name
  const { user, service_account } = key.owner
  return (user ?? service_account)?.name ?? null
}

const columns: Column<KeyWithState>[] = [
  ['ID', ({ id }) => id],
  ['NAME', ({ name }) => name],
  ['TYPE', ({ type }) => type],
  ['PROJECT', (key) => (key.type === 'project' ? key.project.name : null)],
  ['OWNER', ownerName],
  ['STATE', ({ state }) => state],
  ['CREATED', ({ created_at }) => isoTime(created_at)],
  ['EXPIRES', ({ expires_at }) => timeOrNull(expires_at)],
  ['LAST USED', ({ last_used_at }) => timeOrNull(last_used_at)],
]

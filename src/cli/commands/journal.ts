import type { Options } from '../../config/options.ts'
import { JournalQuery, StreamQuery } from '../../journal/filter.ts'
import type { JournalEntry } from '../../journal/schemas.ts'
import { type AddCommand, sandboxOptions } from '../command.ts'
import { type ControlCommandOptions, requestSandbox } from '../control.ts'
import { addFields, toFilters, toQuery } from '../fields.ts'
import { describeEntry } from '../journal-entry.ts'
import { printError, printJson, printsJson } from '../output.ts'
import { printTable } from '../table.ts'
import { addVerifyCommand } from './journal-verify.ts'

type JournalOptions = ControlCommandOptions & Options<'json'>

export function addJournalCommands(add: AddCommand): void {
  const options = [...sandboxOptions, 'json'] as const
  const listCommand = add('list', {
    description: 'List the requests that match every filter, oldest first',
    options,
    examples: ['journal list', 'journal list --operation admin-api-keys-create --status 4xx --limit 20'],
  })
  addFields(listCommand, listFilters).action(list)
  const followCommand = add('follow', {
    description: 'Print each request when it is complete, until Ctrl-C',
    options,
    examples: ['journal follow', 'journal follow --status 429 --json'],
  })
  addFields(followCommand, streamFilters).action(async (options) =>
    (await import('./journal-follow.ts')).follow(options, toQuery(streamFilters, options)),
  )
  addVerifyCommand(add)
  add('clear', { description: 'Clear the journal', options, examples: ['journal clear'] }).action(clear)
}

const listFilters = toFilters(JournalQuery.properties)
const streamFilters = toFilters(StreamQuery.properties)

async function list(options: JournalOptions): Promise<void> {
  const path = `/journal${toQuery(listFilters, options)}`
  const response = await requestSandbox<{ data: JournalEntry[] }>(options, 'GET', path)
  if (printsJson(options.json)) return printJson(response)
  if (response.data.length === 0)
    return printError(`sandbox '${options.sandbox}' has no matching requests in its journal`)
  printTable(
    [
      ['TIME', ({ time }) => time],
      ['METHOD', ({ method }) => method],
      ['PATH', ({ target }) => target],
      ['STATUS', ({ status }) => status],
      ['DURATION', ({ duration }) => duration],
      ['FAULT', ({ fault }) => fault],
      ['REASON', ({ reason }) => reason],
    ],
    response.data.map(describeEntry),
  )
}

async function clear(options: JournalOptions): Promise<void> {
  const response = await requestSandbox<{ deleted: number }>(options, 'DELETE', '/journal')
  if (printsJson(options.json)) printJson(response)
  else printError(`removed from the journal of sandbox '${options.sandbox}': ${response.deleted} requests`)
}

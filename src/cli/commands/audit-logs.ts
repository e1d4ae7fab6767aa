import type { Options } from '../../config/options.ts'
import { type AuditLogPage, AuditLogsQuery } from '../../control-api/controls/audit-logs.ts'
import type { AuditEvent } from '../../openai-api/audit-logs/schemas.ts'
import { type AddCommand, sandboxOptions } from '../command.ts'
import { type ControlCommandOptions, requestSandbox } from '../control.ts'
import { addFields, toFilters, toQuery } from '../fields.ts'
import { printError, printJson, printsJson } from '../output.ts'
import { type Column, isoTime, printTable } from '../table.ts'

type AuditLogOptions = ControlCommandOptions & Options<'json'>

const filters = toFilters(AuditLogsQuery.properties)

export function addAuditLogCommands(add: AddCommand): void {
  const listCommand = add('list', {
    description: 'List audit events, newest first',
    options: [...sandboxOptions, 'json'],
    examples: ['audit-logs list', 'audit-logs list --type api_key.deleted --limit 50'],
  })
  addFields(listCommand, filters).action(list)
}

async function list(options: AuditLogOptions): Promise<void> {
  const page = await requestSandbox<AuditLogPage>(options, 'GET', `/audit_logs${toQuery(filters, options)}`)
  if (printsJson(options.json)) return printJson(page)
  if (page.data.length === 0) return printError(`sandbox '${options.sandbox}' has no such events`)
  printTable(columns, page.data)
  if (page.next !== null) printError(`${page.count} events match; the next page: --after ${page.next}`)
}

const columns: Column<AuditEvent>[] = [
  ['TIME', ({ effective_at }) => isoTime(effective_at)],
  ['TYPE', ({ type }) => type],
  ['RESOURCE', resourceOf],
  ['PROJECT', ({ project }) => project?.name],
  ['ACTOR', ({ actor }) => actor?.api_key?.id ?? actor?.api_key?.user?.id ?? actor?.session?.user?.email],
  ['ID', ({ id }) => id],
]

function resourceOf(event: AuditEvent): string | undefined {
  const { id } = (event[event.type] ?? {}) as { id?: unknown }
  return typeof id === 'string' ? id : undefined
}

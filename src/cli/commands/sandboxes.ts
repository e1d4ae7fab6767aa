import { UserError } from '../../common/user-error.ts'
import type { Options } from '../../config/options.ts'
import type { ListedSandbox, NewSandbox } from '../../control-api/controls/sandboxes.ts'
import { type AddCommand, emulatorOptions } from '../command.ts'
import { type EmulatorCommandOptions, listSandboxes, namingArguments, requestEmulator } from '../control.ts'
import { printError, printJson, printsJson } from '../output.ts'
import { isoTime, printTable } from '../table.ts'

type SandboxesOptions = EmulatorCommandOptions & Options<'json'>

export function addSandboxCommands(add: AddCommand): void {
  const options = [...emulatorOptions, 'json'] as const
  add('list', { description: 'List the sandboxes', options, examples: ['sandboxes list'] }).action(list)
  add('create [name]', {
    description: 'Create a sandbox; without a name, the name is random',
    options,
    examples: [
      'sandboxes create my-test',
      'sandboxes create copy --from default',
      'sandboxes create again --from my-test --snapshot before',
    ],
  })
    .option('--from <sandbox>', 'copy this sandbox instead of starting from the seed')
    .option('--snapshot <name>', 'start from this snapshot of the sandbox of --from')
    .action(create)
  add('delete [names...]', {
    description: 'Delete sandboxes',
    options,
    examples: ['sandboxes delete my-test copy', 'sandboxes delete --all'],
  })
    .option('--all', 'delete all sandboxes but default')
    .action(remove)
}

async function list(options: SandboxesOptions): Promise<void> {
  const response = await listSandboxes(options)
  if (printsJson(options.json)) return printJson(response)
  printTable<ListedSandbox>(
    [
      ['NAME', ({ name }) => name],
      ['KEYS', ({ keys }) => keys],
      ['CREATED', ({ created_at }) => isoTime(created_at)],
      ['LAST USED', ({ last_used_at }) => isoTime(last_used_at)],
      ['BASE URL', ({ base_url }) => base_url],
    ],
    response.data,
  )
}

interface CreateOptions extends SandboxesOptions {
  from?: string
  snapshot?: string
}

async function create(name: string | undefined, { from: sandbox, snapshot, ...options }: CreateOptions): Promise<void> {
  if (snapshot !== undefined && sandbox === undefined) {
    throw new UserError('--snapshot: requires --from, the sandbox that has the snapshot')
  }
  const body: NewSandbox = {
    ...(name !== undefined && { name }),
    ...(sandbox !== undefined && { from: { sandbox, ...(snapshot !== undefined && { snapshot }) } }),
  }
  const sent = requestEmulator<Pick<ListedSandbox, 'name' | 'base_url'>>(options, 'POST', '/sandboxes', body)
  const created = await namingArguments(sent, (pointer) => argumentNames[pointer])
  if (printsJson(options.json)) return printJson(created)
  printTable(
    [
      ['NAME', () => created.name],
      ['BASE URL', () => created.base_url],
    ],
    [created],
  )
}

const argumentNames: Record<string, string> = {
  '/name': 'name',
  '/from/sandbox': '--from',
  '/from/snapshot': '--snapshot',
}

async function remove(names: string[], { all, ...options }: SandboxesOptions & { all?: true }): Promise<void> {
  if (names.length > 0 === (all === true)) throw new UserError('sandboxes delete: requires names, or --all')
  const paths = all ? ['/sandboxes'] : names.map((name) => `/sandboxes/${encodeURIComponent(name)}`)
  const deleted: string[] = []
  for (const path of paths) {
    deleted.push(...(await requestEmulator<{ deleted: string[] }>(options, 'DELETE', path)).deleted)
  }
  if (printsJson(options.json)) return printJson({ deleted })
  printError(`deleted ${deleted.length === 0 ? 'no sandboxes' : `sandboxes: ${deleted.join(', ')}`}`)
}

import { type ControlClient, createControlClient } from '../control-client/client.ts'
import { EmulatorError } from '../control-client/emulator-error.ts'
import { defaultSandbox, isSandboxName, sandboxBaseUrl, sandboxNameRule, sandboxUrl } from '../sandbox/names.ts'
import { assertBoolean, assertDurationText, assertList, assertNonEmptyString, assertObject } from './arguments.ts'
import { followJournal } from './follow-journal.ts'
import type {
  CreatedSandbox,
  DescribedSwitch,
  Emulator,
  FollowFilter,
  JournalEntry,
  ListedFault,
  ListedSandbox,
  NewFault,
  Sandbox,
  Snapshot,
} from './types.ts'
import { verifyJournal } from './verify-journal.ts'

interface EmulatorConnection {
  url: string
  adminKey: string | null
  controlToken: string | undefined
  close: () => Promise<void>
}

/** Returns the library's object for an emulator, wherever it runs. */
export function createEmulator({ url, adminKey, controlToken, close }: EmulatorConnection): Emulator {
  const closing = new AbortController()
  const createSandbox = (name: string, key = adminKey): Sandbox => {
    const root = sandboxUrl(url, name)
    async function* follow(filter: FollowFilter = {}) {
      const { pending = false, ...query } = assertObject('journal.follow(filter)', filter)
      assertBoolean('journal.follow({ pending })', pending)
      const options = { root, controlToken, closed: closing.signal, pending }
      yield* followJournal(options, queryOf('journal.follow(filter)', query))
    }
    const properties = { name, baseURL: sandboxBaseUrl(url, name), adminKey: key }
    return createSandboxClient(properties, createControlClient(root, controlToken), follow)
  }
  const control = createControlClient(url, controlToken)
  const sandbox = (name: string) => {
    if (typeof name !== 'string' || !isSandboxName(name)) {
      throw new TypeError(`sandbox: '${name}' is invalid. It must be ${sandboxNameRule}.`)
    }
    return createSandbox(name)
  }
  const closeAll = async () => {
    closing.abort()
    await close()
  }
  return {
    ...createSandbox(defaultSandbox),
    url,
    sandbox,
    sandboxes: {
      list: async () => (await control<{ data: ListedSandbox[] }>('GET', '/sandboxes')).data,
      async create(options = {}) {
        const body = assertObject('sandboxes.create(sandbox)', options)
        const { name, admin_key } = await control<NewSandboxResponse>('POST', '/sandboxes', body)
        return withDelete(createSandbox(name, admin_key), control)
      },
      // An argument that is undefined by mistake must not mean all of them.
      delete: async (...args: [] | [name: string]) =>
        discardResult(control('DELETE', itemPath('/sandboxes', 'sandboxes.delete(name)', args))),
    },
    close: closeAll,
    [Symbol.asyncDispose]: closeAll,
  }
}

interface NewSandboxResponse {
  name: string
  admin_key: string | null
}

function withDelete(sandbox: Sandbox, control: ControlClient): CreatedSandbox {
  const remove = async () => {
    try {
      await control('DELETE', `/sandboxes/${sandbox.name}`)
    } catch (error) {
      // Without a code, the response is not the emulator's.
      const isGone = error instanceof EmulatorError && error.status === 404 && error.code !== null
      if (!isGone) throw error
    }
  }
  return { ...sandbox, delete: remove, [Symbol.asyncDispose]: remove }
}

const discardResult = async (result: Promise<unknown>): Promise<void> => void (await result)

function createSandboxClient(
  properties: Pick<Sandbox, 'name' | 'baseURL' | 'adminKey'>,
  control: ControlClient,
  follow: Sandbox['journal']['follow'],
): Sandbox {
  return {
    ...properties,
    async reset(options = {}) {
      const { only } = assertObject('reset(options)', options)
      const body = only === undefined ? {} : { only: assertList('reset({ only })', only) }
      await control('POST', '/reset', body)
    },
    connection: () => control('GET', '/connection'),
    keys: {
      list: async (query = {}) => control('GET', `/keys${queryOf('keys.list(query)', query)}`),
      get: async (id, query = {}) => control('GET', keyPath('keys.get(id, query)', id, query)),
      create: async (key) => control('POST', '/keys', assertObject('keys.create(key)', key)),
      delete: async (id, query = {}) => discardResult(control('DELETE', keyPath('keys.delete(id, query)', id, query))),
    },
    auditLogs: {
      list: async (query = {}) => control('GET', `/audit_logs${queryOf('auditLogs.list(query)', query)}`),
    },
    state: {
      get: () => control('GET', '/state'),
      replace: async (seed) => discardResult(control('PUT', '/state', assertObject('state.replace(seed)', seed))),
      add: async (seed) => discardResult(control('POST', '/state', assertObject('state.add(seed)', seed))),
    },
    snapshots: {
      take: async (snapshot) => control('PUT', itemPath('/snapshots', 'snapshots.take(name)', [snapshot])),
      restore: async (snapshot) =>
        control('POST', `${itemPath('/snapshots', 'snapshots.restore(name)', [snapshot])}/restore`),
      list: async () => (await control<{ data: Snapshot[] }>('GET', '/snapshots')).data,
      delete: async (snapshot) =>
        discardResult(control('DELETE', itemPath('/snapshots', 'snapshots.delete(name)', [snapshot]))),
    },
    clock: {
      get: () => control('GET', '/clock'),
      set: async (change) => control('PUT', '/clock', assertObject('clock.set(change)', change)),
      advance: async (by) => control('PUT', '/clock', { advance: assertDurationText('clock.advance(by)', by) }),
      reset: () => control('DELETE', '/clock'),
    },
    behavior: {
      get: () => control('GET', '/behavior'),
      switches: async () => (await control<{ data: DescribedSwitch[] }>('GET', '/behavior/switches')).data,
      change: async (changes) => control('PATCH', '/behavior', assertObject('behavior.change(changes)', changes)),
    },
    faults: {
      add: async (fault) => control('POST', '/faults', withDurationText(assertObject('faults.add(fault)', fault))),
      list: async () => (await control<{ data: ListedFault[] }>('GET', '/faults')).data,
      clear: async (...args: [] | [id: string]) =>
        discardResult(control('DELETE', itemPath('/faults', 'faults.clear(id)', args))),
    },
    journal: {
      list: async (filter = {}) =>
        (await control<{ data: JournalEntry[] }>('GET', `/journal${queryOf('journal.list(filter)', filter)}`)).data,
      verify: async (verification) =>
        verifyJournal(control, assertObject('journal.verify(verification)', verification)),
      clear: () => discardResult(control('DELETE', '/journal')),
      follow,
    },
  }
}

/** Returns the fault with milliseconds as the text that the control takes. */
const withDurationText = (fault: NewFault): object =>
  'per' in fault && typeof fault.per === 'number' ? { ...fault, per: `${fault.per}ms` } : fault

/** Returns the query of a filter with its question mark; empty for an empty filter. */
function queryOf(argument: string, filter: object): string {
  const fields = Object.entries(assertObject(argument, filter)).filter(([, value]) => value !== undefined)
  if (fields.length === 0) return ''
  return `?${new URLSearchParams(fields.map(([field, value]) => [field, String(value)]))}`
}

const keyPath = (argument: string, id: string, query: object) =>
  itemPath('/keys', argument, [id]) + queryOf(argument, query)

/** Returns the path of an item that an argument names, or of the collection without an argument. */
const itemPath = (collection: string, argument: string, args: readonly string[]) =>
  args.length === 0 ? collection : `${collection}/${encodeURIComponent(assertNonEmptyString(argument, args[0]))}`

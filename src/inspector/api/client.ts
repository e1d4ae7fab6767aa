import { askForToken, readToken } from './token.ts'
import type {
  AuditLogPage,
  ClockState,
  Connection,
  CreatedKey,
  DescribedSwitch,
  FaultBody,
  JournalEntry,
  KeyPage,
  ListedFault,
  ListedKey,
  ListedSandbox,
  ListedSnapshot,
  NewKey,
  ResetPart,
} from './types.ts'

/** A response with an error of the control API. */
export class ControlError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** Returns the path of a sandbox's controls. */
export const controlPath = (sandbox: string): string =>
  sandbox === 'default' ? '/_emulator' : `/sandbox/${encodeURIComponent(sandbox)}/_emulator`

/** Sends a request with the control token, which is asked for if the emulator requires one. */
export async function authorizedFetch(path: string, init: RequestInit = {}): Promise<Response> {
  for (;;) {
    const token = readToken()
    const headers = new Headers(init.headers)
    // Requests that are on their way must not create a sandbox again that is removed meanwhile.
    headers.set('x-emulator-auto-create', 'false')
    if (token !== null) headers.set('authorization', `Bearer ${token}`)
    const response = await fetch(path, { ...init, headers, cache: 'no-store' })
    if (response.status !== 401) return response
    await askForToken(token)
  }
}

async function call<Result>(method: string, path: string, body?: object): Promise<Result> {
  const init = body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  const response = await authorizedFetch(path, { method, ...init })
  const text = await response.text()
  if (!response.ok) {
    throw new ControlError(response.status, messageOf(text) ?? `The emulator responds ${response.status}.`)
  }
  return JSON.parse(text)
}

function messageOf(text: string): string | undefined {
  try {
    return JSON.parse(text).error.message
  } catch {
    return undefined
  }
}

interface List<Item> {
  data: Item[]
}

export const sandboxes = {
  list: () => call<List<ListedSandbox>>('GET', '/_emulator/sandboxes'),
  create: (sandbox: { name?: string; from?: { sandbox: string } }) =>
    call<{ name: string }>('POST', '/_emulator/sandboxes', sandbox),
  remove: (name: string) => call('DELETE', `/_emulator/sandboxes/${encodeURIComponent(name)}`),
}

/** The query parameters that select items of a list. */
export type Search = Record<string, string>

/** Returns the controls of one sandbox. */
export function sandboxControls(name: string) {
  const to = (path: string) => `${controlPath(name)}/${path}`
  const named = (folder: string, id: string) => to(`${folder}/${encodeURIComponent(id)}`)
  return {
    connection: () => call<Connection>('GET', to('connection')),
    reset: (only: ResetPart[]) => call('POST', to('reset'), { only }),
    exportState: () => call<object>('GET', to('state')),
    clock: {
      get: () => call<ClockState>('GET', to('clock')),
      change: (change: { now?: string; advance?: string; frozen?: boolean }) =>
        call<ClockState>('PUT', to('clock'), change),
      reset: () => call<ClockState>('DELETE', to('clock')),
    },
    snapshots: {
      list: () => call<List<ListedSnapshot>>('GET', to('snapshots')),
      take: (id: string) => call('PUT', named('snapshots', id)),
      restore: (id: string) => call('POST', `${named('snapshots', id)}/restore`),
      remove: (id: string) => call('DELETE', named('snapshots', id)),
    },
    keys: {
      list: (search: Search) => call<KeyPage>('GET', to(`keys?${new URLSearchParams(search)}`)),
      create: (key: NewKey) => call<CreatedKey>('POST', to('keys'), key),
      remove: ({ id, type }: ListedKey) => call('DELETE', `${named('keys', id)}?type=${type}`),
    },
    auditLogs: (search: Search) => call<AuditLogPage>('GET', to(`audit_logs?${new URLSearchParams(search)}`)),
    journal: {
      list: () => call<List<JournalEntry>>('GET', to('journal')),
      clear: () => call('DELETE', to('journal')),
      stream: (signal: AbortSignal) => authorizedFetch(to('journal/stream'), { signal }),
    },
    faults: {
      list: () => call<List<ListedFault>>('GET', to('faults')),
      add: (fault: FaultBody) => call<ListedFault>('POST', to('faults'), fault),
      remove: (id: string) => call('DELETE', named('faults', id)),
    },
    behavior: {
      switches: () => call<List<DescribedSwitch>>('GET', to('behavior/switches')),
      change: (changes: Record<string, string>) => call('PATCH', to('behavior'), changes),
    },
  }
}

import { type Ask, createAsk } from '../control-client.ts'
import { defaultSandbox, isSandboxName, sandboxNameRule } from '../sandbox/address.ts'
import { baseUrl } from '../where.ts'
import type { ArmedFault, Emulator, RequestEntry, Sandbox } from './types.ts'

interface Running {
  url: string
  adminKey: string | null
  controlToken: string | undefined
  close: () => Promise<void>
}

/** The object that stands for an emulator, wherever it runs. */
export function createEmulator({ url, adminKey, controlToken, close }: Running): Emulator {
  const askOf = (name: string) => createAsk(name === defaultSandbox ? url : `${url}/sandbox/${name}`, controlToken)
  const ask = askOf(defaultSandbox)
  const sandbox = (name: string) => {
    if (!isSandboxName(name)) throw new TypeError(`sandbox: '${name}' is invalid. It must be ${sandboxNameRule}.`)
    return createSandbox(name, baseUrl(url, name), askOf(name))
  }
  return {
    ...createSandbox(defaultSandbox, baseUrl(url, defaultSandbox), ask),
    url,
    adminKey,
    sandbox,
    sandboxes: {
      list: async () => (await ask<{ data: [] }>('GET', '/sandboxes')).data,
      create: async (wanted = {}) => sandbox((await ask<{ name: string }>('POST', '/sandboxes', wanted)).name),
      delete: (name) =>
        done(ask('DELETE', name === undefined ? '/sandboxes' : `/sandboxes/${encodeURIComponent(name)}`)),
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

const done = async (answer: Promise<unknown>): Promise<void> => void (await answer)

function createSandbox(name: string, baseURL: string, ask: Ask): Sandbox {
  return {
    name,
    baseURL,
    reset: (what) => done(ask('POST', '/reset', what === undefined ? {} : { what })),
    state: {
      get: () => ask('GET', '/state'),
      replace: (seed) => done(ask('PUT', '/state', seed)),
      add: (seed) => done(ask('POST', '/state', seed)),
    },
    snapshots: {
      take: (snapshot) => ask('PUT', snapshotPath(snapshot)),
      restore: (snapshot) => ask('POST', `${snapshotPath(snapshot)}/restore`),
      list: async () => (await ask<{ data: [] }>('GET', '/snapshots')).data,
      delete: (snapshot) => done(ask('DELETE', snapshotPath(snapshot))),
    },
    clock: {
      get: () => ask('GET', '/clock'),
      set: (change) => ask('PUT', '/clock', change),
      advance: (advance) => ask('PUT', '/clock', { advance }),
      reset: () => ask('DELETE', '/clock'),
    },
    behavior: {
      get: () => ask('GET', '/behavior'),
      change: (changes) => ask('PATCH', '/behavior', changes),
    },
    faults: {
      add: (fault) => ask('POST', '/faults', fault),
      list: async () => (await ask<{ data: ArmedFault[] }>('GET', '/faults')).data,
      clear: (id) => done(ask('DELETE', id === undefined ? '/faults' : `/faults/${encodeURIComponent(id)}`)),
    },
    requests: async (filter = {}) => {
      const given = Object.entries(filter).filter(([, value]) => value !== undefined)
      const query = new URLSearchParams(given.map(([field, value]) => [field, String(value)]))
      return (await ask<{ data: RequestEntry[] }>('GET', `/requests?${query}`)).data
    },
    clearRequests: () => done(ask('DELETE', '/requests')),
  }
}

const snapshotPath = (name: string) => `/snapshots/${encodeURIComponent(name)}`

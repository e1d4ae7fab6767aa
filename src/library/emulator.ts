import { type ControlClient, createControlClient } from '../control-client/client.ts'
import { defaultSandbox, isSandboxName, sandboxBaseUrl, sandboxNameRule, sandboxUrl } from '../sandbox/names.ts'
import { assertDuration, assertList, assertNonEmptyString, assertObject } from './arguments.ts'
import type { ArmedFault, Emulator, JournalEntry, Sandbox } from './types.ts'

interface EmulatorConnection {
  url: string
  adminKey: string | null
  controlToken: string | undefined
  close: () => Promise<void>
}

/** The object that stands for an emulator, wherever it runs. */
export function createEmulator({ url, adminKey, controlToken, close }: EmulatorConnection): Emulator {
  const clientFor = (name: string) => createControlClient(sandboxUrl(url, name), controlToken)
  const control = clientFor(defaultSandbox)
  const sandbox = (name: string) => {
    if (typeof name !== 'string' || !isSandboxName(name))
      throw new TypeError(`sandbox: '${name}' is invalid. It must be ${sandboxNameRule}.`)
    return createSandbox(name, sandboxBaseUrl(url, name), clientFor(name))
  }
  return {
    ...createSandbox(defaultSandbox, sandboxBaseUrl(url, defaultSandbox), control),
    url,
    adminKey,
    sandbox,
    sandboxes: {
      list: async () => (await control<{ data: [] }>('GET', '/sandboxes')).data,
      async create(options = {}) {
        const body = assertObject('sandboxes.create(sandbox)', options)
        return sandbox((await control<{ name: string }>('POST', '/sandboxes', body)).name)
      },
      // What is undefined by mistake must not stand for all of them.
      delete: async (...args: [] | [name: string]) =>
        discardResult(
          control(
            'DELETE',
            args.length === 0 ? '/sandboxes' : itemPath('/sandboxes', 'sandboxes.delete(name)', args[0]),
          ),
        ),
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

const discardResult = async (result: Promise<unknown>): Promise<void> => void (await result)

function createSandbox(name: string, baseURL: string, control: ControlClient): Sandbox {
  return {
    name,
    baseURL,
    reset: async (what) =>
      discardResult(control('POST', '/reset', what === undefined ? {} : { what: assertList('reset(what)', what) })),
    state: {
      get: () => control('GET', '/state'),
      replace: async (seed) => discardResult(control('PUT', '/state', assertObject('state.replace(seed)', seed))),
      add: async (seed) => discardResult(control('POST', '/state', assertObject('state.add(seed)', seed))),
    },
    snapshots: {
      take: async (snapshot) => control('PUT', itemPath('/snapshots', 'snapshots.take(name)', snapshot)),
      restore: async (snapshot) =>
        control('POST', `${itemPath('/snapshots', 'snapshots.restore(name)', snapshot)}/restore`),
      list: async () => (await control<{ data: [] }>('GET', '/snapshots')).data,
      delete: async (snapshot) =>
        discardResult(control('DELETE', itemPath('/snapshots', 'snapshots.delete(name)', snapshot))),
    },
    clock: {
      get: () => control('GET', '/clock'),
      set: async (change) => control('PUT', '/clock', assertObject('clock.set(change)', change)),
      advance: async (by) => control('PUT', '/clock', { advance: assertDuration('clock.advance(by)', by) }),
      reset: () => control('DELETE', '/clock'),
    },
    behavior: {
      get: () => control('GET', '/behavior'),
      change: async (changes) => control('PATCH', '/behavior', assertObject('behavior.change(changes)', changes)),
    },
    faults: {
      add: async (fault) => control('POST', '/faults', assertObject('faults.add(fault)', fault)),
      list: async () => (await control<{ data: ArmedFault[] }>('GET', '/faults')).data,
      clear: async (...args: [] | [id: string]) =>
        discardResult(
          control('DELETE', args.length === 0 ? '/faults' : itemPath('/faults', 'faults.clear(id)', args[0])),
        ),
    },
    requests: async (filter = {}) => {
      const args = Object.entries(assertObject('requests(filter)', filter)).filter(([, value]) => value !== undefined)
      const query = new URLSearchParams(args.map(([field, value]) => [field, String(value)]))
      return (await control<{ data: JournalEntry[] }>('GET', `/requests?${query}`)).data
    },
    clearRequests: () => discardResult(control('DELETE', '/requests')),
  }
}

/** The path of one of a collection, by what the argument says. */
const itemPath = (collection: string, argument: string, name: string) =>
  `${collection}/${encodeURIComponent(assertNonEmptyString(argument, name))}`

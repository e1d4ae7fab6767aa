import { baseUrl } from '../config/location.ts'
import { type Ask, createAsk } from '../control-client/client.ts'
import { defaultSandbox, isSandboxName, sandboxNameRule } from '../server/request/target.ts'
import { amount, list, object, text } from './arguments.ts'
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
    if (typeof name !== 'string' || !isSandboxName(name))
      throw new TypeError(`sandbox: '${name}' is invalid. It must be ${sandboxNameRule}.`)
    return createSandbox(name, baseUrl(url, name), askOf(name))
  }
  return {
    ...createSandbox(defaultSandbox, baseUrl(url, defaultSandbox), ask),
    url,
    adminKey,
    sandbox,
    sandboxes: {
      list: async () => (await ask<{ data: [] }>('GET', '/sandboxes')).data,
      async create(wanted = {}) {
        const body = object('sandboxes.create(sandbox)', wanted)
        return sandbox((await ask<{ name: string }>('POST', '/sandboxes', body)).name)
      },
      // What is undefined by mistake must not stand for all of them.
      delete: async (...given: [] | [name: string]) =>
        done(
          ask('DELETE', given.length === 0 ? '/sandboxes' : pathOf('/sandboxes', 'sandboxes.delete(name)', given[0])),
        ),
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
    reset: async (what) => done(ask('POST', '/reset', what === undefined ? {} : { what: list('reset(what)', what) })),
    state: {
      get: () => ask('GET', '/state'),
      replace: async (seed) => done(ask('PUT', '/state', object('state.replace(seed)', seed))),
      add: async (seed) => done(ask('POST', '/state', object('state.add(seed)', seed))),
    },
    snapshots: {
      take: async (snapshot) => ask('PUT', pathOf('/snapshots', 'snapshots.take(name)', snapshot)),
      restore: async (snapshot) => ask('POST', `${pathOf('/snapshots', 'snapshots.restore(name)', snapshot)}/restore`),
      list: async () => (await ask<{ data: [] }>('GET', '/snapshots')).data,
      delete: async (snapshot) => done(ask('DELETE', pathOf('/snapshots', 'snapshots.delete(name)', snapshot))),
    },
    clock: {
      get: () => ask('GET', '/clock'),
      set: async (change) => ask('PUT', '/clock', object('clock.set(change)', change)),
      advance: async (by) => ask('PUT', '/clock', { advance: amount('clock.advance(by)', by) }),
      reset: () => ask('DELETE', '/clock'),
    },
    behavior: {
      get: () => ask('GET', '/behavior'),
      change: async (changes) => ask('PATCH', '/behavior', object('behavior.change(changes)', changes)),
    },
    faults: {
      add: async (fault) => ask('POST', '/faults', object('faults.add(fault)', fault)),
      list: async () => (await ask<{ data: ArmedFault[] }>('GET', '/faults')).data,
      clear: async (...given: [] | [id: string]) =>
        done(ask('DELETE', given.length === 0 ? '/faults' : pathOf('/faults', 'faults.clear(id)', given[0]))),
    },
    requests: async (filter = {}) => {
      const given = Object.entries(object('requests(filter)', filter)).filter(([, value]) => value !== undefined)
      const query = new URLSearchParams(given.map(([field, value]) => [field, String(value)]))
      return (await ask<{ data: RequestEntry[] }>('GET', `/requests?${query}`)).data
    },
    clearRequests: () => done(ask('DELETE', '/requests')),
  }
}

/** The path of one of a collection, by what the argument says. */
const pathOf = (collection: string, argument: string, name: string) =>
  `${collection}/${encodeURIComponent(text(argument, name))}`

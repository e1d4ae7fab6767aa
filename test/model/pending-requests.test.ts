import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import fc from 'fast-check'
import { expect } from 'vitest'
import { adminKey, keysUrl } from '../support/app.ts'
import { startControlApp } from '../support/control-app.ts'
import { followStream } from '../support/journal-stream.ts'
import { assertProperty, propertyTest } from './harness/property.ts'

type Step =
  | { do: 'start' | 'list' | 'clear' | 'reset' | 'restore' | 'load' }
  /** The index of a started request, modulo their number. */
  | { do: 'finish' | 'leave'; nth: number }

const plainSteps = (weight: number, ...names: ('start' | 'list' | 'clear' | 'reset' | 'restore' | 'load')[]) => ({
  weight,
  arbitrary: fc.record({ do: fc.constantFrom(...names) }),
})

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof<fc.WeightedArbitrary<Step>[]>(
    plainSteps(5, 'start'),
    plainSteps(3, 'list'),
    plainSteps(1, 'clear', 'reset', 'restore', 'load'),
    { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('finish', 'leave'), nth: fc.nat(9) }) },
  ),
  { minLength: 1, maxLength: 25, size: 'max' },
)

interface Entry {
  method: string
  status: number | null
  delivered: boolean | null
}

interface Started {
  socket: Socket
  entry: Entry
}

const head = `POST ${keysUrl} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${adminKey}\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{"name":`

/** Starts a server. Returns a function that runs a sequence on it and compares journal and stream with the model. */
async function startSequenceRunner() {
  const { control, listen } = await startControlApp()
  const url = await listen()
  const port = Number(new URL(url).port)
  await control('PUT', '/snapshots/s')
  const { events } = await followStream(url)
  // biome-ignore lint/suspicious/noExplicitAny: the properties say what is in it
  const list = async (): Promise<any[]> => (await control('GET', '/journal')).body.data

  return async (sequence: Step[]) => {
    let journal: Entry[] = []
    let started: Started[] = []
    // How many events a follower has forgotten.
    let position = events.length

    /** Calls a control after which a follower of the stream reads the journal again. */
    async function reread(remaining: Entry[], ...request: Parameters<typeof control>) {
      journal = remaining
      await control(...request)
      const isReread = ({ event, data }: (typeof events)[number]) => event === 'reset' || data.what === 'journal'
      const lastReread = () => events.findLastIndex(isReread)
      await expect.poll(lastReread, { interval: 2 }).toBeGreaterThanOrEqual(position)
      position = lastReread() + 1
    }
    const abortAll = () => {
      for (const { socket } of started) socket.destroy()
      started = []
    }
    const completed = () => journal.filter(({ delivered }) => delivered !== null)
    const take = (nth: number) => started.splice(nth % started.length, 1)[0]

    const run: { [Do in Step['do']]: (nth: number) => Promise<unknown> } = {
      async start() {
        const socket = connect(port, '127.0.0.1').on('error', () => {})
        socket.write(head)
        const entry = { method: 'POST', status: null, delivered: null }
        started.push({ socket, entry })
        journal.push(entry)
      },
      async finish(nth) {
        const request = take(nth)
        if (request === undefined) return
        const response = once(request.socket, 'data')
        request.socket.write('"a"}')
        await response
        request.socket.destroy()
        Object.assign(request.entry, { status: 200, delivered: true })
      },
      async leave(nth) {
        const request = take(nth)
        request?.socket.destroy()
        Object.assign(request?.entry ?? {}, { status: 400, delivered: false })
      },
      async list() {
        await (await fetch(url + keysUrl, { headers: { authorization: `Bearer ${adminKey}` } })).text()
        journal.push({ method: 'GET', status: 200, delivered: true })
      },
      clear: () => reread([], 'DELETE', '/journal'),
      reset: () => reread([], 'POST', '/reset').then(abortAll),
      restore: () => reread(completed(), 'POST', '/snapshots/s/restore').then(abortAll),
      load: () => reread(completed(), 'PUT', '/state', {}).then(abortAll),
    }

    await run.reset(0)
    let base = await list()
    for (const step of sequence) {
      await run[step.do]('nth' in step ? step.nth : 0)
      await expect.poll(list, { interval: 2, timeout: 5000 }).toMatchObject(journal)
      const current = await list()
      expect(current).toHaveLength(journal.length)
      if (['clear', 'reset', 'restore', 'load'].includes(step.do)) base = current
      await expect.poll(() => fold(base, events.slice(position)), { interval: 2 }).toEqual(current)
    }
    await run.reset(0)
  }
}

/** Returns the journal as a follower of the stream knows it. */
function fold(base: { id: string }[], events: { event: string; data: { id: string } }[]): { id: string }[] {
  const entries = new Map(base.map((entry) => [entry.id, entry]))
  for (const { event, data } of events) if (event === 'entry' || event === 'update') entries.set(data.id, data)
  return [...entries.values()]
}

propertyTest(
  'the journal and its stream agree on requests that arrive, wait, complete, break and are aborted in any order',
  async () => {
    await assertProperty(steps, 40, await startSequenceRunner())
  },
)

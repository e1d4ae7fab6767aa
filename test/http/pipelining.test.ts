import fc from 'fast-check'
import { expect } from 'vitest'
import { seedFile } from '../model/generated/initial-state.ts'
import { generated, holds } from '../model/generated/property.ts'
import { serve } from '../support/program.ts'
import { type Cuts, cut, type Ending, exchange } from './fuzz/connection.ts'
import { type Request, wellFormed } from './fuzz/requests.ts'
import { readResponses } from './fuzz/responses.ts'

const ending = fc.constantFrom<Ending>('half-close', 'wait')
const pieces = fc.oneof(
  fc.record({ cuts: fc.array(fc.nat(), { maxLength: 12 }), pause: fc.nat({ max: 2 }) }),
  fc.record({ cuts: fc.constant<Cuts>('everywhere'), pause: fc.constant(0) }),
)
const requests = fc.array(wellFormed, { minLength: 1, maxLength: 6 })

// As long as each other, for a length is the same then, too.
const names = ['alone', 'piped', 'split'] as const
type Name = (typeof names)[number]

const bytesIn = (sandbox: Name, all: Request[], rest = '') =>
  Buffer.from(all.map(({ bytes }) => bytes.replaceAll('NAME', sandbox)).join('') + rest)

/** A server whose sandboxes draw the same and stand at the same time: equal answers are equal to the byte. */
async function startTwins() {
  const { url } = await serve(['--seed', seedFile, '--random-seed', '1'])
  const port = Number(new URL(url).port)

  /** Makes all sandboxes anew. */
  async function begin(): Promise<void> {
    await fetch(`${url}/_emulator/sandboxes`, { method: 'DELETE' })
    for (const name of names) await fetch(`${url}/sandbox/${name}/_emulator/clock`)
  }

  /** The answers, but for what tells one sandbox, moment and connection from another. */
  async function answers(sandbox: Name, methods: string[], segments: Buffer[], ending: Ending, pause = 0) {
    const sending = { segments, ending, pause, ...(ending === 'wait' ? { methods } : {}) }
    const fleeting = ['date', 'openai-processing-ms', 'connection', 'keep-alive']
    return readResponses(await exchange(port, sending), methods).map(({ status, headers, text }) => {
      const lasting = headers.filter(([name]) => !fleeting.includes(name))
      const said = (what: string) => what.replaceAll(sandbox, 'NAME')
      return { status, headers: said(JSON.stringify(lasting)), text: said(text) }
    })
  }

  async function oneByOne(all: Request[], ending: Ending) {
    const each = []
    for (const request of all)
      each.push(...(await answers('alone', [request.method], [bytesIn('alone', [request])], ending)))
    return each
  }

  return { begin, answers, oneByOne }
}

generated('requests are answered in order and the same, one by one, at once, or in whatever pieces', async () => {
  const { begin, answers, oneByOne } = await startTwins()
  await holds(fc.record({ requests, pieces, ending }), 60, async ({ requests, pieces: { cuts, pause }, ending }) => {
    await begin()
    const methods = requests.map(({ method }) => method)
    const expected = await oneByOne(requests, ending)
    expect(expected).toHaveLength(requests.length)
    expect(await answers('piped', methods, [bytesIn('piped', requests)], ending)).toEqual(expected)
    const split = cut(bytesIn('split', requests), cuts)
    expect(await answers('split', methods, split, ending, pause)).toEqual(expected)
  })
})

generated('what is no HTTP is refused after the answers to all that came before it', async () => {
  const { begin, answers, oneByOne } = await startTwins()
  const rest = fc.constantFrom(
    'CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n',
    'GARBAGE\r\n\r\n',
    '\0',
    'GET / HTTP/9.9\r\n\r\n',
  )
  await holds(fc.record({ requests, rest, pieces }), 40, async ({ requests, rest, pieces: { cuts, pause } }) => {
    await begin()
    const methods = requests.map(({ method }) => method)
    const expected = await oneByOne(requests, 'half-close')
    const split = cut(bytesIn('split', requests, rest), cuts)
    const received = await answers('split', methods, split, 'stay', pause)
    expect(received.slice(0, -1)).toEqual(expected)
    expect(received.at(-1)?.status).toBe(400)
  })
})

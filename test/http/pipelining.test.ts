import fc from 'fast-check'
import { expect } from 'vitest'
import { seedFile } from '../model/harness/initial-state.ts'
import { assertProperty, propertyTest } from '../model/harness/property.ts'
import { serve } from '../support/program.ts'
import { type Ending, type SplitPoints, splitBytes, transmit } from './fuzz/connection.ts'
import { parseResponses } from './fuzz/responses.ts'
import { type ValidRequest, validRequest } from './fuzz/valid-requests.ts'

const ending = fc.constantFrom<Ending>('half-close', 'await-responses')
const segmentation = fc.oneof(
  fc.record({ splitPoints: fc.array(fc.nat(), { maxLength: 12 }), pauseMs: fc.nat({ max: 2 }) }),
  fc.record({ splitPoints: fc.constant<SplitPoints>('every-byte'), pauseMs: fc.constant(0) }),
)
const requests = fc.array(validRequest, { minLength: 1, maxLength: 6 })

// All have the same length, so that every Content-Length is the same, too.
const names = ['alone', 'piped', 'split'] as const
type Name = (typeof names)[number]

const bytesIn = (sandbox: Name, requests: ValidRequest[], invalidInput = '') =>
  Buffer.from(requests.map(({ bytes }) => bytes.replaceAll('NAME', sandbox)).join('') + invalidInput)

/** Starts a server whose sandboxes generate the same ids at the same frozen time, so that responses are comparable. */
async function startIdenticalSandboxes() {
  const { url } = await serve(['--seed', seedFile, '--random-seed', '1'])
  const port = Number(new URL(url).port)

  async function recreateSandboxes(): Promise<void> {
    await fetch(`${url}/_emulator/sandboxes`, { method: 'DELETE' })
    for (const name of names) await fetch(`${url}/sandbox/${name}/_emulator/clock`)
  }

  /** Returns the responses without what depends on the sandbox, the time or the connection. */
  async function sendSegments(sandbox: Name, methods: string[], segments: Buffer[], ending: Ending, pauseMs = 0) {
    const transmission = { segments, ending, pauseMs, ...(ending === 'await-responses' ? { methods } : {}) }
    const volatileHeaders = ['date', 'openai-processing-ms', 'connection', 'keep-alive']
    return parseResponses(await transmit(port, transmission), methods).map(({ status, headers, text }) => {
      const stableHeaders = headers.filter(([name]) => !volatileHeaders.includes(name))
      const normalize = (value: string) => value.replaceAll(sandbox, 'NAME')
      return { status, headers: normalize(JSON.stringify(stableHeaders)), text: normalize(text) }
    })
  }

  async function sendOneByOne(requests: ValidRequest[], ending: Ending) {
    const responses = []
    for (const request of requests)
      responses.push(...(await sendSegments('alone', [request.method], [bytesIn('alone', [request])], ending)))
    return responses
  }

  return { recreateSandboxes, sendSegments, sendOneByOne }
}

propertyTest(
  'requests get the same responses in the same order one by one, pipelined, or split into arbitrary segments',
  async () => {
    const { recreateSandboxes, sendSegments, sendOneByOne } = await startIdenticalSandboxes()
    await assertProperty(
      fc.record({ requests, segmentation, ending }),
      60,
      async ({ requests, segmentation: { splitPoints, pauseMs }, ending }) => {
        await recreateSandboxes()
        const methods = requests.map(({ method }) => method)
        const expected = await sendOneByOne(requests, ending)
        expect(expected).toHaveLength(requests.length)
        expect(await sendSegments('piped', methods, [bytesIn('piped', requests)], ending)).toEqual(expected)
        const segments = splitBytes(bytesIn('split', requests), splitPoints)
        expect(await sendSegments('split', methods, segments, ending, pauseMs)).toEqual(expected)
      },
    )
  },
)

propertyTest('invalid HTTP after pipelined requests is rejected after the responses to those requests', async () => {
  const { recreateSandboxes, sendSegments, sendOneByOne } = await startIdenticalSandboxes()
  const invalidInput = fc.constantFrom(
    'CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n',
    'GARBAGE\r\n\r\n',
    '\0',
    'GET / HTTP/9.9\r\n\r\n',
  )
  await assertProperty(
    fc.record({ requests, invalidInput, segmentation }),
    40,
    async ({ requests, invalidInput, segmentation: { splitPoints, pauseMs } }) => {
      await recreateSandboxes()
      const methods = requests.map(({ method }) => method)
      const expected = await sendOneByOne(requests, 'half-close')
      const segments = splitBytes(bytesIn('split', requests, invalidInput), splitPoints)
      const received = await sendSegments('split', methods, segments, 'await-close', pauseMs)
      expect(received.slice(0, -1)).toEqual(expected)
      expect(received.at(-1)?.status).toBe(400)
    },
  )
})

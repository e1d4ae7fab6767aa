import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { expect } from 'vitest'
import { SocketClient } from '../model/harness/client.ts'
import { assertProperty, propertyTest } from '../model/harness/property.ts'
import { startApp } from '../support/app.ts'
import { type Program, serve } from '../support/program.ts'
import { attack } from './fuzz/attacks.ts'
import { startConcurrentClient } from './fuzz/concurrent-client.ts'
import { type Ending, type Transmission, transmit } from './fuzz/connection.ts'
import { validText } from './fuzz/fuzzed-requests.ts'
import { attachInspector } from './fuzz/heap-inspector.ts'
import { type ParsedResponse, parseResponses } from './fuzz/responses.ts'

const attacks = fc.array(attack, { minLength: 1, maxLength: 12, size: 'max' })

const portOf = (url: string) => Number(new URL(url).port)

async function startServer(execArgv: string[] = []) {
  const program = await serve(['--max-sandboxes', '5', '--journal', '50'], {}, { execArgv })
  const port = portOf(program.url)
  /** Resets the sandboxes that attacks may have changed. */
  async function recover() {
    const client = new SocketClient(port)
    for (const path of ['', '/sandbox/fuzzed']) await client.send({ method: 'POST', path: `${path}/_emulator/reset` })
    client.close()
  }
  return { program, port, concurrentClient: startConcurrentClient(port), recover }
}

const isRunning = ({ child }: Program) => child.exitCode === null && child.signalCode === null

/** Returns the problem of a response, or undefined. */
function findProblem({ status, headers, text }: ParsedResponse): string | undefined {
  const responseBody: unknown = JSON.parse(text)
  if (status < 300) return undefined
  if (status < 400) return 'the status is neither a success nor an error'
  const { error } = responseBody as { error: object }
  if (Object.keys(error).join() !== 'message,type,param,code') return 'the fields of the error object are wrong'
  if (!headers.some(([name]) => name === 'x-emulator-reason')) return 'x-emulator-reason is missing'
  return status === 500 ? 'the emulator failed' : undefined
}

function checkResponses(received: Buffer): ParsedResponse[] {
  const responses = parseResponses(received)
  for (const response of responses) expect(findProblem(response), JSON.stringify(response)).toBe(undefined)
  return responses
}

// Generous, because the machine may be busy.
const maxResponseMs = 3000

propertyTest(
  'every response to malformed input is valid HTTP with an OpenAI-style error, and other clients are served',
  async () => {
    let server = await startServer()
    await assertProperty(attacks, 80, async (generatedAttacks) => {
      // If an attack stopped the server, shrinking continues on a new one.
      if (!isRunning(server.program)) server = await startServer()
      const { program, port, concurrentClient, recover } = server
      const received = await Promise.allSettled(generatedAttacks.map((each) => transmit(port, each)))
      // A failing process takes a moment to exit.
      await sleep(5)
      expect(isRunning(program), `the server exited: ${program.output.stderr}`).toBe(true)
      for (const each of received) {
        if (each.status === 'rejected') throw each.reason
        checkResponses(each.value)
      }
      expect(await concurrentClient.waitUntilServed()).toBeLessThan(maxResponseMs)
      await recover()
    })
    await server.concurrentClient.stop()
    expect(server.program.output.stderr).toBe('')
  },
)

propertyTest('memory and sockets used by malformed requests are released', async () => {
  const { program, port, concurrentClient, recover } = await startServer(['--inspect=127.0.0.1:0'])
  await concurrentClient.stop()
  const inspector = await attachInspector(program)

  async function sendAttacks(count: number): Promise<void> {
    const remaining = fc.sample(attack, count)
    while (remaining.length > 0) await Promise.all(remaining.splice(0, 20).map((each) => transmit(port, each)))
    await recover()
  }

  // Warms up: code compiled and caches filled the first time stay in memory.
  await sendAttacks(600)
  const before = await inspector.measure()
  await sendAttacks(600)
  await expect.poll(async () => (await inspector.measure()).sockets, { timeout: 5000 }).toBe(0)
  const after = await inspector.measure()
  inspector.close()
  expect((after.memoryBytes - before.memoryBytes) / 1024 ** 2).toBeLessThan(1)
})

propertyTest('an incomplete request creates no key and no project, and has no audit event', async () => {
  const { call, listen } = await startApp()
  const port = portOf(await listen())
  const cutPosition = fc.oneof(fc.nat({ max: 8 }), fc.nat())
  const incompleteRequests = fc.record({
    request: validText,
    cutPosition,
    ending: fc.constantFrom<Ending>('half-close', 'close', 'reset'),
  })
  await assertProperty(
    fc.array(incompleteRequests, { minLength: 1, maxLength: 20, size: 'max' }),
    30,
    async (generatedRequests) => {
      const transmissions = generatedRequests.map(({ request, cutPosition, ending }) => {
        const missing = 1 + (cutPosition % request.length)
        return transmit(port, { segments: [Buffer.from(request.slice(0, -missing))], pauseMs: 0, ending })
      })
      for (const received of await Promise.all(transmissions)) checkResponses(received)
      const { body } = await call('GET', '/sandbox/fuzzed/_emulator/state')
      const namesOf = (objects: { name: string }[]) => objects.map(({ name }) => name)
      expect([namesOf(body.keys), namesOf(body.projects)]).toEqual([['Admin key'], ['Default project']])
      expect(body.audit_logs).toEqual([])
    },
  )
})

propertyTest('a request whose head does not arrive in time is rejected with 408', async () => {
  const port = portOf(await (await startApp({ requestTimeout: 300 })).listen())
  const incompleteRequests = fc.record({ request: validText, cutPosition: fc.nat() })
  await assertProperty(fc.array(incompleteRequests, { minLength: 30, maxLength: 30 }), 3, async (generatedRequests) => {
    const prefixes = generatedRequests.map(({ request, cutPosition }) =>
      request.slice(0, 1 + (cutPosition % (request.length - 1))),
    )
    const toTransmission = (text: string): Transmission => ({
      segments: [Buffer.from(text)],
      pauseMs: 0,
      ending: 'await-close',
    })
    const received = await Promise.all(prefixes.map((text) => transmit(port, toTransmission(text))))
    for (const [n, each] of received.entries()) {
      const statuses = checkResponses(each).map(({ status }) => status)
      // Requests that need no body get their response once the head has arrived; then the connection is closed.
      if (!prefixes[n]?.includes('\r\n\r\n')) expect([prefixes[n], statuses]).toEqual([prefixes[n], [408]])
    }
  })
})

import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { expect } from 'vitest'
import { Client } from '../model/generated/client.ts'
import { generated, holds } from '../model/generated/property.ts'
import { startApp } from '../support/app.ts'
import { type Program, serve } from '../support/program.ts'
import { attack } from './fuzz/attacks.ts'
import { startBystander } from './fuzz/concurrent-client.ts'
import { type Ending, exchange, type Sending } from './fuzz/connection.ts'
import { inspect } from './fuzz/heap-inspector.ts'
import { sane } from './fuzz/request-generators.ts'
import { type Response, readResponses } from './fuzz/responses.ts'

const attacks = fc.array(attack, { minLength: 1, maxLength: 12, size: 'max' })

const portOf = (url: string) => Number(new URL(url).port)

async function startTarget(execArgv: string[] = []) {
  const program = await serve(['--max-sandboxes', '5', '--journal', '50'], {}, { execArgv })
  const port = portOf(program.url)
  /** Puts back what attacks may have changed. */
  async function recover() {
    const client = new Client(port)
    for (const path of ['', '/sandbox/fuzzed']) await client.ask({ method: 'POST', path: `${path}/_emulator/reset` })
    client.close()
  }
  return { program, port, bystander: startBystander(port), recover }
}

const isRunning = ({ child }: Program) => child.exitCode === null && child.signalCode === null

/** What is wrong with an answer, if something is. */
function flawOf({ status, headers, text }: Response): string | undefined {
  const answer: unknown = JSON.parse(text)
  if (status < 300) return undefined
  if (status < 400) return 'neither a success nor a refusal'
  const { error } = answer as { error: object }
  if (Object.keys(error).join() !== 'message,type,param,code') return 'another envelope'
  if (!headers.some(([name]) => name === 'x-emulator-reason')) return 'no reason'
  return status === 500 ? 'a failure of our own' : undefined
}

function checkAnswers(received: Buffer): Response[] {
  const responses = readResponses(received)
  for (const response of responses) expect(flawOf(response), JSON.stringify(response)).toBe(undefined)
  return responses
}

// In milliseconds, on a machine that is busy with other things, too.
const patience = 3000

generated('whatever is sent, every answer is HTTP with the envelope, and everybody else is served', async () => {
  let target = await startTarget()
  await holds(attacks, 80, async (all) => {
    // An attack that was the end of one is made smaller on the next.
    if (!isRunning(target.program)) target = await startTarget()
    const { program, port, bystander, recover } = target
    const received = await Promise.allSettled(all.map((each) => exchange(port, each)))
    // A process that fails takes a moment to end.
    await sleep(5)
    expect(isRunning(program), `it ended: ${program.output.stderr}`).toBe(true)
    for (const each of received) {
      if (each.status === 'rejected') throw each.reason
      checkAnswers(each.value)
    }
    expect(await bystander.served()).toBeLessThan(patience)
    await recover()
  })
  await target.bystander.stop()
  expect(target.program.output.stderr).toBe('')
})

generated('what attacks took of memory and sockets comes back', async () => {
  const { program, port, bystander, recover } = await startTarget(['--inspect=127.0.0.1:0'])
  await bystander.stop()
  const inspector = await inspect(program)

  async function suffer(count: number): Promise<void> {
    const rest = fc.sample(attack, count)
    while (rest.length > 0) await Promise.all(rest.splice(0, 20).map((each) => exchange(port, each)))
    await recover()
  }

  // What is compiled and cached the first time stays.
  await suffer(600)
  const before = await inspector.holdings()
  await suffer(600)
  await expect.poll(async () => (await inspector.holdings()).sockets, { timeout: 5000 }).toBe(0)
  const after = await inspector.holdings()
  inspector.close()
  expect((after.memory - before.memory) / 1024 ** 2).toBeLessThan(1)
})

generated('a request that breaks off makes nothing', async () => {
  const { call, listen } = await startApp()
  const port = portOf(await listen())
  const place = fc.oneof(fc.nat({ max: 8 }), fc.nat())
  const half = fc.record({ request: sane, place, ending: fc.constantFrom<Ending>('half-close', 'leave', 'reset') })
  await holds(fc.array(half, { minLength: 1, maxLength: 20, size: 'max' }), 30, async (all) => {
    const sent = all.map(({ request, place, ending }) => {
      const missing = 1 + (place % request.length)
      return exchange(port, { segments: [Buffer.from(request.slice(0, -missing))], pause: 0, ending })
    })
    for (const received of await Promise.all(sent)) checkAnswers(received)
    const { body } = await call('GET', '/sandbox/fuzzed/_emulator/state')
    expect(body.keys.map(({ name }: { name: string }) => name)).toEqual(['Admin key'])
  })
})

generated('a request that never ends is refused when it has taken too long', async () => {
  const port = portOf(await (await startApp({ requestTimeout: 300 })).listen())
  const half = fc.record({ request: sane, place: fc.nat() })
  await holds(fc.array(half, { minLength: 30, maxLength: 30 }), 3, async (all) => {
    const halves = all.map(({ request, place }) => request.slice(0, 1 + (place % (request.length - 1))))
    const send = (text: string): Sending => ({ segments: [Buffer.from(text)], pause: 0, ending: 'stay' })
    const received = await Promise.all(halves.map((text) => exchange(port, send(text))))
    for (const [n, each] of received.entries()) {
      const statuses = checkAnswers(each).map(({ status }) => status)
      // What needs no body is answered when the head is there; then the connection just ends.
      if (!halves[n]?.includes('\r\n\r\n')) expect([halves[n], statuses]).toEqual([halves[n], [408]])
    }
  })
})

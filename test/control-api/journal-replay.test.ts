import { type ClientRequest, get, type IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { adminKey, keysUrl } from '../support/app.ts'
import { startControlApp } from '../support/control-app.ts'
import { serve } from '../support/program.ts'
import { readRss } from '../support/rss.ts'

// The response contains the name, too: the journal keeps about 250 such requests.
const longBody = { name: 'x'.repeat(16_000) }

/** Opens a stream that replays the whole journal, and resolves once its response begins. */
function openReplay(url: string): Promise<{ request: ClientRequest; response: IncomingMessage }> {
  return new Promise((resolve, reject) => {
    const request = get(`${url}/_emulator/journal/stream?since=req_unknown`, (response) => {
      response.on('error', () => {}).pause()
      resolve({ request, response })
    })
    request.on('error', reject)
    onTestFinished(() => void request.destroy())
  })
}

/** Reads a stream until it ends. `names` contains the `x-name` headers received so far. */
function readNames(response: IncomingMessage) {
  const state = { names: [] as number[], isComplete: false }
  let rest = ''
  response.setEncoding('utf8').on('data', (chunk: string) => {
    const events = (rest + chunk).split('\n\n')
    rest = events.pop() ?? ''
    for (const event of events) {
      // Without `update`: each request is counted once.
      const data = /^event: entry\n(?:.*\n)*data: (.*)$/.exec(event)?.[1]
      const header = data === undefined ? undefined : JSON.parse(data).headers?.['x-number']
      if (header !== undefined) state.names.push(Number(header))
      if (event.startsWith('event: end')) state.isComplete = true
    }
  })
  response.resume()
  return state
}

const numbers = (count: number) => [...Array(count).keys()]

async function startWithEntries(count: number) {
  const testApp = await startControlApp()
  const send = (number: number) =>
    testApp.call('POST', keysUrl, { body: longBody, headers: { 'x-number': String(number) } })
  for (const number of numbers(count)) await send(number)
  return { ...testApp, send, url: await testApp.listen() }
}

test('a replay of more than the backlog limit arrives whole and in order, with the entries that arrive meanwhile', async () => {
  const { url, send } = await startWithEntries(200)
  const { response } = await openReplay(url)
  for (let number = 200; number < 230; number++) await send(number)
  const received = readNames(response)
  await expect.poll(() => received.names.length, { timeout: 5000 }).toBe(230)
  await send(230)
  await expect.poll(() => received.names).toEqual(numbers(231))
})

test('a stream whose replay misses entries that the journal has dropped is interrupted', async () => {
  const { url, send } = await startWithEntries(200)
  const { response } = await openReplay(url)
  await sleep(100)
  for (let number = 200; number < 600; number++) await send(number)
  const closed = new Promise((resolve) => response.once('close', resolve))
  const received = readNames(response)
  await closed
  expect(received.names).toEqual(numbers(received.names.length))
  expect([received.isComplete, received.names.length < 200]).toEqual([false, true])
})

test('unread streams with a replay hold no copies of the journal', async () => {
  const { url, child } = await serve()
  const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' }
  for (let n = 0; n < 300; n++) {
    await (await fetch(url + keysUrl, { method: 'POST', headers, body: JSON.stringify(longBody) })).text()
  }
  const before = readRss(child.pid)
  for (let n = 0; n < 100; n++) await openReplay(url)
  await sleep(200)
  expect(readRss(child.pid) - before).toBeLessThan(150e6)
})

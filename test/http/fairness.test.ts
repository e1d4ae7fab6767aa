import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { median } from '../../bench/statistics.ts'
import type { JournalEntry } from '../../src/journal/schemas.ts'
import { requestText } from '../soak/hostile/sockets.ts'
import { keysUrl } from '../support/app.ts'
import { serve } from '../support/program.ts'

async function open(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  await once(
    socket.on('error', () => {}),
    'connect',
  )
  return socket.resume()
}

async function listJournal(url: string): Promise<JournalEntry[]> {
  const response = await fetch(`${url}/_emulator/journal`)
  return ((await response.json()) as { data: JournalEntry[] }).data
}

// Fewer than the 64 KiB that Node parses as a whole, and fewer than the requests that may wait.
const pipelined = 400

test('a request is processed before most of the pipelined requests that arrived a moment earlier', async () => {
  const { url } = await serve(['--seed', 'paging'])
  const [greedy, other] = [await open(url), await open(url)]
  const positions: number[] = []
  for (let round = 0; round < 5; round++) {
    await fetch(`${url}/_emulator/journal`, { method: 'DELETE' })
    greedy.write(requestText('GET', `${keysUrl}?limit=100`).repeat(pipelined))
    other.write(requestText('GET', `${keysUrl}?limit=1`))
    await expect.poll(async () => (await listJournal(url)).length, { timeout: 10_000 }).toBe(pipelined + 1)
    positions.push((await listJournal(url)).findIndex(({ query }) => query['limit'] === '1'))
  }
  expect(median(positions)).toBeLessThan(pipelined / 4)
})

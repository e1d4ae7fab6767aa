import { writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { adminKey, keysUrl } from '../support/app.ts'
import { sandboxFile, snapshotFile } from '../support/data-directory.ts'
import { createTemporaryFolder } from '../support/files.ts'
import { serve } from '../support/program.ts'

const headers = { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' }

async function send(url: string, method: string, path: string, body?: object) {
  const response = await fetch(url + path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) })
  expect(response.status).toBe(200)
  // biome-ignore lint/suspicious/noExplicitAny: tests assert what is in it
  return (await response.json()) as any
}

const namesAt = async (url: string): Promise<string[]> =>
  (await send(url, 'GET', '/_emulator/state')).keys.map(({ name }: { name: string }) => name)

/** What a kill may leave: the effects of all acknowledged requests, and perhaps of the one in flight. */
interface Model {
  names: string[]
  saved: string[]
  inFlight: { names: string[]; saved: string[] } | undefined
}

/** Sends changes until the server is killed. */
async function changeUntilKilled(url: string, model: Model, round: number): Promise<void> {
  for (let n = 0; ; n++) {
    const name = `${round}-${n}`
    const changes: [method: string, path: string, body: object | undefined, after: Omit<Model, 'inFlight'>][] = [
      ['POST', keysUrl, { name }, { ...model, names: [...model.names, name] }],
      ['PUT', '/_emulator/snapshots/s', undefined, { ...model, saved: model.names }],
      ['POST', keysUrl, { name }, { ...model, names: [...model.names, name] }],
      ['POST', '/_emulator/snapshots/s/restore', undefined, { ...model, names: model.saved }],
      ['POST', '/_emulator/reset', undefined, { ...model, names: ['Admin key'] }],
    ]
    const [method, path, body, { names, saved }] = changes[n % changes.length] as (typeof changes)[number]
    model.inFlight = { names, saved }
    await send(url, method, path, body)
    Object.assign(model, { names, saved, inFlight: undefined })
  }
}

// What fetch throws; anything else is a wrong response.
function ignoreClosedConnection(error: unknown): void {
  if (!(error instanceof TypeError)) throw error
}

/** Damages what a neighbor would be reset to. */
function damageNeighbor(data: string): void {
  for (const file of ['initial.sqlite', `snapshot-${Buffer.from('s').toString('hex')}.sqlite`]) {
    writeFileSync(sandboxFile(data, file, 'neighbor'), 'damaged')
  }
}

test('kill -9 during creates, snapshots, restores and resets beside damaged images loses nothing', async () => {
  const data = createTemporaryFolder()
  const model: Model = { names: ['Admin key'], saved: ['Admin key'], inFlight: undefined }
  for (let round = 0; round < 12; round++) {
    const { url, child, finished } = await serve(['--data', data])
    if (round === 0) {
      await send(url, 'PUT', '/_emulator/snapshots/s')
      await send(url, 'POST', `/sandbox/neighbor${keysUrl}`, { name: 'of the neighbor' })
      await send(url, 'PUT', '/sandbox/neighbor/_emulator/snapshots/s')
      damageNeighbor(data)
    }
    const changes = changeUntilKilled(url, model, round).catch(ignoreClosedConnection)
    // A different moment each time, between requests and within them.
    await sleep(20 + round * 7.3)
    child.kill('SIGKILL')
    await Promise.all([finished, changes])
    writeFileSync(snapshotFile(data, `bad-${round}`), 'damaged '.repeat(round))
    writeFileSync(`${snapshotFile(data, 's')}.new`, 'the rest of an interrupted write')

    const second = await serve(['--data', data])
    const { inFlight = model } = model
    const names = await namesAt(second.url)
    expect([model.names, inFlight.names]).toContainEqual(names)
    const { data: snapshots } = await send(second.url, 'GET', '/_emulator/snapshots')
    expect(snapshots.filter(({ damaged }: { damaged?: true }) => damaged)).toHaveLength(round + 1)
    await send(second.url, 'POST', '/_emulator/snapshots/s/restore')
    const saved = await namesAt(second.url)
    expect([model.saved, inFlight.saved]).toContainEqual(saved)
    Object.assign(model, { names: saved, saved, inFlight: undefined })
    expect(await namesAt(`${second.url}/sandbox/neighbor`)).toEqual(['Admin key', 'of the neighbor'])
    second.child.kill('SIGKILL')
    await second.finished
  }
}, 60_000)

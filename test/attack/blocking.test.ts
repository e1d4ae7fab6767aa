import { describe, expect, test } from 'vitest'
import { keysUrl } from '../support/app.ts'
import { serve } from '../support/program.ts'
import { type HostileRequest, send } from './send.ts'
import { longestGapMs, measureWorstGap } from './worst-gap.ts'

const kib = 1024
const mib = 1024 * kib

/** Percent-encodes a percent sign again and again, up to a length. */
const nestedEscapes = (length: number) => `%${'25'.repeat((length - 1) / 2)}`

const create = (body: string): HostileRequest => ({ method: 'POST', path: keysUrl, body })

/** Each is sent in this order, and must get this status. */
const attacks: [name: string, status: number, requests: HostileRequest[]][] = [
  ['a path of nested percent-encoding', 404, [{ path: `${keysUrl}/${nestedEscapes(15 * kib)}` }]],
  ['a query of nested percent-encoding', 200, [{ path: `${keysUrl}?x=${nestedEscapes(15 * kib)}` }]],
  ['a header of nested percent-encoding', 200, [{ path: keysUrl, headers: { 'x-note': nestedEscapes(15 * kib) } }]],
  ['a body of nested percent-encoding', 400, [create(nestedEscapes(mib))]],
  ['an unread body of nested percent-encoding', 404, [{ method: 'POST', path: '/v1/x', body: nestedEscapes(mib) }]],
  [
    'a name of nested percent-encoding that is then listed and exported',
    200,
    [create(`{"name":"${nestedEscapes(mib - 100)}"}`), { path: keysUrl }, { path: '/_emulator/state' }],
  ],
  ['a query with one name thousands of times', 200, [{ path: `${keysUrl}?${'a&'.repeat(7.5 * kib)}` }]],
  ['a query with thousands of names', 200, [{ path: `${keysUrl}?${[...Array(3000).keys()].join('&')}` }]],
]

describe('no request blocks the server for more than 100 ms', () => {
  test.each(attacks)('%s', async (_name, status, requests) => {
    const { url } = await serve()
    // Loads what is loaded on demand.
    await send(url, { method: 'POST', path: '/_emulator/reset' })
    const worst = await measureWorstGap(url, async () => {
      for (const request of requests) expect((await send(url, request)).status).toBe(status)
    })
    expect(worst).toBeLessThanOrEqual(longestGapMs)
  })
})

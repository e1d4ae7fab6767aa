import { describe, expect, test } from 'vitest'
import { RequestCounter } from '../soak/request-counter.ts'
import { slowdownOf, watchSlowdown } from '../soak/slowdown.ts'
import { planWindows, requestsPerSet, windowAt } from '../soak/windows.ts'

describe('windows of the soak', () => {
  test('ordinary and hostile windows of equal size alternate after the warm-up', () => {
    const plan = planWindows(600)
    expect(plan).toEqual({ warmUp: 60, size: 90 })
    const kinds = Array.from({ length: 600 }, (_, count) => windowAt(count, plan).kind)
    expect(kinds.filter((kind) => kind === 'warm-up')).toHaveLength(60)
    expect(kinds.filter((kind) => kind === 'ordinary')).toHaveLength(270)
    expect(kinds.filter((kind) => kind === 'hostile')).toHaveLength(270)
    expect([59, 60, 149, 150, 599, 600].map((count) => windowAt(count, plan).index)).toEqual([-1, 0, 0, 1, 5, 6])
  })

  test('a number of requests that cannot be divided is rounded up', () => {
    const plan = planWindows(100)
    expect(plan.warmUp + requestsPerSet(plan)).toBe(100)
    const uneven = planWindows(101)
    expect(uneven.warmUp + requestsPerSet(uneven)).toBeGreaterThanOrEqual(101)
  })
})

describe('slowdown by hostile clients', () => {
  test('one pair of windows does not decide', () => {
    const pairs = [
      { ordinary: 280, hostile: 1120 },
      { ordinary: 300, hostile: 600 },
      { ordinary: 300, hostile: 660 },
    ]
    expect(slowdownOf(pairs)).toBeCloseTo(2.2)
  })

  test('a short 99th percentile counts as 100 ms', () => {
    expect(slowdownOf([{ ordinary: 5, hostile: 60 }])).toBeCloseTo(0.6)
  })

  /** Runs a counter whose requests take no time, after setting the latencies of each window; returns the printed lines. */
  async function run(hostileMs: readonly number[]) {
    const lines: string[] = []
    const counter = new RequestCounter(60)
    const slowdown = watchSlowdown(counter, (text) => void lines.push(text))
    const client = counter.wrap({ send: async () => ({ outcome: { kind: 'empty' } }) as never })
    const setLatencies = (index: number) => {
      const ms = index % 2 === 0 ? 100 : (hostileMs[(index - 1) / 2] as number)
      for (let n = 0; n < 1000; n++) counter.latencies[index]?.add(ms)
    }
    while (!counter.isDone) {
      const { index } = counter.window
      await client.send({ method: 'GET' } as never)
      if (counter.window.index === index && index >= 0 && counter.latencies[index] !== undefined) setLatencies(index)
    }
    return { lines, slowdown: slowdown.latest(), count: counter.count }
  }

  test.each([
    { hostileMs: [900, 200, 200], sets: 1, slowdown: 2 },
    { hostileMs: [400, 400, 200, 200, 200, 400], sets: 2, slowdown: 2 },
    { hostileMs: [400, 400, 200, 400, 200, 400], sets: 2, slowdown: 4 },
  ])('with $hostileMs ms instead of 100, $sets sets are measured', async ({ hostileMs, sets, slowdown }) => {
    const result = await run(hostileMs)
    expect(result.slowdown).toBeCloseTo(slowdown, 0)
    expect(result.count).toBe(6 + sets * 54)
    expect(result.lines.filter((line) => line.startsWith('measuring another'))).toHaveLength(sets - 1)
  })
})

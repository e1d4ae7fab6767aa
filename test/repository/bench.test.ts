import { describe, expect, test } from 'vitest'
import { armedRatios } from '../../bench/armed.ts'
import { betterOf, compare, known } from '../../bench/baseline.ts'
import { operationRatios } from '../../bench/operations.ts'
import { controlsSection } from '../../bench/report/controls.ts'
import { goal } from '../../bench/report/section.ts'
import { table } from '../../bench/report/table.ts'
import { median, medianOf, ratios } from '../../bench/statistics.ts'

describe('the median', () => {
  test.each([
    { values: [3], middle: 3 },
    { values: [9, 1, 5], middle: 5 },
    { values: [4, 1, 3, 2], middle: 2.5 },
    { values: [10, 9, 100], middle: 10 },
  ])('of $values is $middle', ({ values, middle }) => {
    expect(median(values)).toBe(middle)
  })

  test('of nothing is a mistake, of nothing that could be measured undefined', () => {
    expect(() => median([])).toThrow(RangeError)
    expect(medianOf([undefined, undefined])).toBeUndefined()
    expect(medianOf([undefined, 2])).toBe(2)
  })

  test('ratios are of the same round', () => {
    expect(ratios([10, 30, undefined, 5], [20, 10, 4, 0])).toEqual([0.5, 3, undefined, undefined])
  })
})

describe('beside the baseline', () => {
  test.each([
    { name: 'start time', was: 4, is: 4.6, slip: 15, verdict: 'good' },
    { name: 'start time', was: 4, is: 4.8, slip: 20, verdict: 'slip' },
    { name: 'start time', was: 4, is: 6, slip: 50, verdict: 'fails' },
    { name: 'start time', was: 4, is: 2, slip: -50, verdict: 'good' },
    { name: 'start memory', was: 2, is: 2.8, slip: 40, verdict: 'slip' },
    { name: 'list processor', was: 2, is: 3, slip: 50, verdict: 'fails' },
    { name: 'list throughput', was: 0.5, is: 0.4, slip: 20, verdict: 'slip' },
    { name: 'list throughput', was: 0.5, is: 0.25, slip: 50, verdict: 'fails' },
    { name: 'list throughput', was: 0.5, is: 1, slip: -100, verdict: 'good' },
    { name: 'list throughput', was: 0.5, is: 2, slip: -300, verdict: 'incredible' },
    { name: 'start time', was: 4, is: 1, slip: -75, verdict: 'incredible' },
  ])('$name of $is after $was: $slip % worse, $verdict', ({ name, was, is, slip, verdict }) => {
    const [comparison] = compare({ [name]: was }, { [name]: is })
    expect(comparison?.slip).toBeCloseTo(slip)
    expect(comparison?.verdict).toBe(verdict)
  })

  test('what is no number is incredible', () => {
    expect(compare({ 'start time': 4 }, { 'start time': Number.NaN })[0]?.verdict).toBe('incredible')
  })

  test('a figure that one side lacks is said and fails nothing', () => {
    expect(compare({ 'start time': 4 }, { 'start memory': 2 })).toEqual([
      { name: 'start time', baseline: 4, measured: undefined, slip: undefined, verdict: 'not measured' },
      { name: 'start memory', baseline: undefined, measured: 2, slip: undefined, verdict: 'no baseline' },
    ])
    expect(known({ 'start time': 4, 'start memory': undefined })).toEqual({ 'start time': 4 })
  })

  test('of two attempts at what failed the better counts', () => {
    const first = { 'start time': 6, 'list throughput': 0.2, 'create throughput': 0.3 }
    const second = { 'start time': 4, 'list throughput': 0.1, 'create throughput': 0.9 }
    expect(betterOf(first, second, ['start time', 'list throughput'])).toEqual({
      'start time': 4,
      'list throughput': 0.2,
      'create throughput': 0.3,
    })
  })
})

test('a goal is judged by the figure', () => {
  expect(goal('start', 4, '≤', 5)).toMatchObject({ line: expect.stringContaining('**met**'), worse: [] })
  expect(goal('start', 6, '≤', 5).worse).toEqual(['The goal start ≤ 5 is not met: 6.00.'])
  expect(goal('retrieve', 0.4, '≥', 0.45).worse).toHaveLength(1)
  expect(goal('start', undefined, '≤', 5)).toMatchObject({ line: expect.stringContaining('not measured'), worse: [] })
})

test('a table is readable as it is', () => {
  expect(table(['', 'ms'], [['bare', '30']])).toBe('|      |  ms |\n| ---- | --: |\n| bare |  30 |')
})

const loads = (...perSecond: number[]) =>
  perSecond.map((each) => ({ perSecond: each, p50: 1, p99: 1, processor: 1_000_000 / each }))

test('a ratio is ours to bare, of the same round', () => {
  const figures = { ours: loads(20, 30, 25), bare: loads(100, 100, 100) }
  expect(operationRatios('list', figures)).toEqual({ 'list throughput': 0.25, 'list processor': 4 })
})

describe('of the controls', () => {
  const armed = { bare: loads(100, 50, 100), armed: loads(40, 30, 50), unwatched: loads(50, 40, 60) }

  test('the ratio that is watched is of the armed ones', () => {
    expect(armedRatios(armed)).toEqual({ 'retrieve armed throughput': 0.5 })
  })

  test('each goal is held beside its own median', () => {
    const { worse, text } = controlsSection({
      controls: [
        { storage: 'memory', retrieve: [1, 1, 1], reset: [1, 9, 2], fork: [1, 3, 4] },
        { storage: 'file', retrieve: [1, 1, 1], reset: [1, 9, 8], fork: [1, 3, 4] },
      ],
      library: { atOnce: [50], afterTick: [40], later: [5, 6, 99] },
      empty: [{ megabytesOfOne: 80, megabytes: 390, birth: 1 }],
      armed,
    })
    expect(worse).toEqual([
      expect.stringMatching(/reset in file.* 8\.00/),
      expect.stringMatching(/fork in memory.* 3\.00/),
      expect.stringMatching(/first call.* 40\.00/),
      expect.stringMatching(/1,000 sandboxes over one.* 310\.00/),
    ])
    expect(text.match(/\*\*met\*\*/g)).toHaveLength(3)
  })
})

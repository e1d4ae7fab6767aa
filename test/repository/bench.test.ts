import { describe, expect, test } from 'vitest'
import { armedRatios } from '../../bench/armed.ts'
import { betterOf, compare, withoutUnmeasured } from '../../bench/baseline.ts'
import { operationRatios } from '../../bench/operations.ts'
import { controlsSection } from '../../bench/report/controls.ts'
import { checkGoal } from '../../bench/report/section.ts'
import { renderTable } from '../../bench/report/table.ts'
import { median, medianOf, ratios } from '../../bench/statistics.ts'

describe('median and ratios', () => {
  test.each([
    { values: [3], expected: 3 },
    { values: [9, 1, 5], expected: 5 },
    { values: [4, 1, 3, 2], expected: 2.5 },
    { values: [10, 9, 100], expected: 10 },
  ])('the median of $values is $expected', ({ values, expected }) => {
    expect(median(values)).toBe(expected)
  })

  test('median throws without values, and medianOf returns undefined if nothing was measured', () => {
    expect(() => median([])).toThrow(RangeError)
    expect(medianOf([undefined, undefined])).toBeUndefined()
    expect(medianOf([undefined, 2])).toBe(2)
  })

  test('ratios divides the values of the same round', () => {
    expect(ratios([10, 30, undefined, 5], [20, 10, 4, 0])).toEqual([0.5, 3, undefined, undefined])
  })
})

describe('comparison with the baseline', () => {
  test.each([
    { name: 'start time', before: 4, now: 4.6, percentWorse: 15, verdict: 'ok' },
    { name: 'start time', before: 4, now: 4.8, percentWorse: 20, verdict: 'worse' },
    { name: 'start time', before: 4, now: 6, percentWorse: 50, verdict: 'failed' },
    { name: 'start time', before: 4, now: 2, percentWorse: -50, verdict: 'ok' },
    { name: 'start memory', before: 2, now: 2.8, percentWorse: 40, verdict: 'worse' },
    { name: 'list processor', before: 2, now: 3, percentWorse: 50, verdict: 'failed' },
    { name: 'list throughput', before: 0.5, now: 0.4, percentWorse: 20, verdict: 'worse' },
    { name: 'list throughput', before: 0.5, now: 0.25, percentWorse: 50, verdict: 'failed' },
    { name: 'list throughput', before: 0.5, now: 1, percentWorse: -100, verdict: 'ok' },
    { name: 'list throughput', before: 0.5, now: 2, percentWorse: -300, verdict: 'implausible' },
    { name: 'start time', before: 4, now: 1, percentWorse: -75, verdict: 'implausible' },
  ])(
    '$name of $now against a baseline of $before is $percentWorse % worse and $verdict',
    ({ name, before, now, percentWorse, verdict }) => {
      const [comparison] = compare({ [name]: before }, { [name]: now })
      expect(comparison?.percentWorse).toBeCloseTo(percentWorse)
      expect(comparison?.verdict).toBe(verdict)
    },
  )

  test('NaN is implausible', () => {
    expect(compare({ 'start time': 4 }, { 'start time': Number.NaN })[0]?.verdict).toBe('implausible')
  })

  test('a ratio that only one side has is reported and does not fail', () => {
    expect(compare({ 'start time': 4 }, { 'start memory': 2 })).toEqual([
      { name: 'start time', baseline: 4, measured: undefined, slip: undefined, verdict: 'not measured' },
      { name: 'start memory', baseline: undefined, measured: 2, slip: undefined, verdict: 'no baseline' },
    ])
    expect(withoutUnmeasured({ 'start time': 4, 'start memory': undefined })).toEqual({ 'start time': 4 })
  })

  test('the better of two attempts counts for each failed ratio', () => {
    const first = { 'start time': 6, 'list throughput': 0.2, 'create throughput': 0.3 }
    const second = { 'start time': 4, 'list throughput': 0.1, 'create throughput': 0.9 }
    expect(betterOf(first, second, ['start time', 'list throughput'])).toEqual({
      'start time': 4,
      'list throughput': 0.2,
      'create throughput': 0.3,
    })
  })
})

test('a goal is met or not depending on the measured value', () => {
  expect(checkGoal('start', 4, '≤', 5)).toMatchObject({ line: expect.stringContaining('**met**'), shortfalls: [] })
  expect(checkGoal('start', 6, '≤', 5).shortfalls).toEqual(['Goal not met: start ≤ 5; measured 6.00.'])
  expect(checkGoal('retrieve', 0.4, '≥', 0.45).shortfalls).toHaveLength(1)
  expect(checkGoal('start', undefined, '≤', 5)).toMatchObject({
    line: expect.stringContaining('not measured'),
    shortfalls: [],
  })
})

test('a table has aligned columns', () => {
  expect(renderTable(['', 'ms'], [['bare', '30']])).toBe('|      |  ms |\n| ---- | --: |\n| bare |  30 |')
})

const loads = (...rates: number[]) =>
  rates.map((rate) => ({ requestsPerSecond: rate, p50: 1, p99: 1, cpuMicroseconds: 1_000_000 / rate }))

test('operation ratios compare the emulator with the bare server in the same round', () => {
  const figures = { emulator: loads(20, 30, 25), bare: loads(100, 100, 100) }
  expect(operationRatios('list', figures)).toEqual({ 'list throughput': 0.25, 'list processor': 4 })
})

describe('controls', () => {
  const armed = { bare: loads(100, 50, 100), armed: loads(40, 30, 50), withoutJournal: loads(50, 40, 60) }

  test('the baseline ratio of retrieve with an armed fault uses the armed server', () => {
    expect(armedRatios(armed)).toEqual({ 'retrieve armed throughput': 0.5 })
  })

  test('each goal is checked against its own median', () => {
    const { shortfalls, text } = controlsSection({
      controls: [
        { storage: 'memory', retrieve: [1, 1, 1], reset: [1, 9, 2], fork: [1, 3, 4] },
        { storage: 'file', retrieve: [1, 1, 1], reset: [1, 9, 8], fork: [1, 3, 4] },
      ],
      library: { immediate: [50], afterTick: [40], later: [5, 6, 99] },
      empty: [{ megabytesWithOne: 80, megabytes: 390, creationMilliseconds: 1 }],
      armed,
    })
    expect(shortfalls).toEqual([
      expect.stringMatching(/reset in file.* 8\.00/),
      expect.stringMatching(/fork in memory.* 3\.00/),
      expect.stringMatching(/first call.* 40\.00/),
      expect.stringMatching(/1,000 sandboxes instead of one.* 310\.00/),
    ])
    expect(text.match(/\*\*met\*\*/g)).toHaveLength(3)
  })
})

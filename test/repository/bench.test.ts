import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { armedRatios } from '../../bench/armed.ts'
import { betterOf, compare, machineFactor, withoutUnmeasured } from '../../bench/baseline.ts'
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

  test.each([
    { throughput: 0.5, processor: 2, factor: 1 },
    { throughput: 0.6, processor: 1.5, factor: 1 },
    { throughput: 0.4, processor: 2, factor: 1.25 },
    { throughput: 0.4, processor: 2.8, factor: 1.4 },
  ])(
    'calibration ratios of $throughput and $processor against 0.5 and 2 make the machine factor $factor',
    ({ throughput, processor, factor }) => {
      const baseline = { 'calibration throughput': 0.5, 'calibration processor': 2, 'list throughput': 0.3 }
      const measured = {
        'calibration throughput': throughput,
        'calibration processor': processor,
        'list throughput': 0.1,
      }
      expect(machineFactor(baseline, measured)).toBeCloseTo(factor)
    },
  )

  test('the machine factor is 1 if the calibration has no baseline or is not measured', () => {
    expect(machineFactor({ 'list throughput': 0.3 }, { 'calibration throughput': 0.1 })).toBe(1)
    expect(machineFactor({ 'calibration throughput': 0.5 }, { 'list throughput': 0.3 })).toBe(1)
  })

  test.each([
    { name: 'list throughput', before: 0.6, now: 0.3, factor: 1, verdict: 'failed' },
    { name: 'list throughput', before: 0.6, now: 0.3, factor: 1.5, verdict: 'worse' },
    { name: 'list throughput', before: 0.6, now: 0.42, factor: 1.5, verdict: 'ok' },
    { name: 'list throughput', before: 0.6, now: 0.2, factor: 1.5, verdict: 'failed' },
    { name: 'list processor', before: 2, now: 4, factor: 1.5, verdict: 'worse' },
    { name: 'list processor', before: 2, now: 4.3, factor: 1.5, verdict: 'failed' },
    { name: 'list processor', before: 2, now: 9, factor: 1.51, verdict: 'not judged (machine busy)' },
    { name: 'retrieve armed throughput', before: 0.5, now: 0.01, factor: 1.51, verdict: 'not judged (machine busy)' },
    { name: 'list throughput', before: 0.5, now: Number.NaN, factor: 1.51, verdict: 'implausible' },
    { name: 'start time', before: 4, now: 6, factor: 1.51, verdict: 'failed' },
    { name: 'start memory', before: 1, now: 1.41, factor: 1.2, verdict: 'failed' },
  ])(
    'with a machine factor of $factor, $name of $now against a baseline of $before is $verdict',
    ({ name, before, now, factor, verdict }) => {
      expect(compare({ [name]: before }, { [name]: now }, factor)).toMatchObject([{ name, verdict }])
    },
  )

  test('the ratios of the calibration itself are not compared', () => {
    expect(compare({ 'calibration throughput': 0.5 }, { 'calibration throughput': 0.1 })).toEqual([])
  })

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
  expect(checkGoal('start', 4, '≤', 5, 'startup')).toMatchObject({
    line: expect.stringContaining('**met**'),
    shortfalls: [],
  })
  expect(checkGoal('start', 6, '≤', 5, 'startup').shortfalls).toEqual([
    'Goal not met: start ≤ 5; measured 6.00 ([why](experiments.md#startup)).',
  ])
  expect(checkGoal('retrieve', 0.4, '≥', 0.45, 'requests').shortfalls).toHaveLength(1)
  expect(checkGoal('start', undefined, '≤', 5, 'startup')).toMatchObject({
    line: expect.stringContaining('not measured'),
    shortfalls: [],
  })
})

test('each explanation of a goal that is not met exists', () => {
  const read = (path: string) => readFileSync(new URL(`../../bench/${path}`, import.meta.url), 'utf8')
  const explanations = [...(/type Explanation = (.+)/.exec(read('report/section.ts'))?.[1]?.matchAll(/'(.+?)'/g) ?? [])]
  const headings = [...read('experiments.md').matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading)
  const anchors = headings.map((heading) => heading?.toLowerCase().replaceAll(' ', '-'))
  expect(explanations).not.toEqual([])
  for (const [, explanation] of explanations) expect(anchors).toContain(explanation)
})

test('a table has aligned columns', () => {
  expect(renderTable(['', 'ms'], [['bare', '30']])).toBe('|      |  ms |\n| ---- | --: |\n| bare |  30 |')
})

const loads = (...rates: number[]) =>
  rates.map((rate) => ({ requestsPerSecond: rate, p50: 1, p99: 1, cpuMicroseconds: 1_000_000 / rate }))

test('operation ratios compare the emulator with the bare server in the same round', () => {
  const figures = { server: loads(20, 30, 25), bare: loads(100, 100, 100) }
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
        { storage: 'memory', retrieve: [1, 1, 1], reset: [1, 9, 2], fork: [1, 3, 4], sandbox: [1, 1, 5] },
        { storage: 'file', retrieve: [1, 1, 1], reset: [1, 9, 8], fork: [1, 3, 4], sandbox: [3, 3, 3] },
      ],
      library: { immediate: [50], afterTick: [40], later: [5, 6, 99] },
      empty: [{ megabytesWithOne: 80, megabytes: 390, creationMilliseconds: 1 }],
      armed,
    })
    expect(shortfalls).toEqual([
      expect.stringMatching(/reset in file.* 8\.00/),
      expect.stringMatching(/fork in memory.* 3\.00/),
      expect.stringMatching(/first call.* 40\.00/),
      expect.stringMatching(/each of 1,000 sandboxes.* 317\.76/),
    ])
    expect(text.match(/\*\*met\*\*/g)).toHaveLength(4)
  })
})

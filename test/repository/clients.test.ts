import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { faultsOf, head, scenarios } from '../clients/matrix.ts'
import { readGoTest, readJUnit, scenarioOf } from '../clients/outcomes.ts'
import { suites } from '../clients/suites.ts'

// The suites themselves want registries and four languages: npm run test:clients.

test.each([
  ['lost answer', 'lost-answer'],
  ['auto-paging asc 1', 'auto-paging-asc-1'],
  ['test_unknown_id_is_404', 'unknown-id-is-404'],
  ['test_auto_paging[desc-100]', 'auto-paging-desc-100'],
  ['TestUnknownIdIs404', 'unknown-id-is-404'],
  ['TestAutoPaging/asc_7', 'auto-paging-asc-7'],
  ['createWithoutExpiry', 'create-without-expiry'],
  ['autoPaging(String, int) "asc" "1"', 'auto-paging-asc-1'],
])('the test %s is of the scenario %s', (name, scenario) => {
  expect(scenarioOf(name)).toBe(scenario)
})

test('what became of a test is read from a report of JUnit', () => {
  const xml = `<testsuite name="x"><testcase classname="c" name="test_a[asc-1]" time="0.1" />
    <testcase name="b &quot;asc&quot;" classname="c"><failure message="no">at &lt;here&gt;</failure></testcase>
    <testcase name="c" classname="c"><error/></testcase>
    <testcase name="d" classname="c"><skipped type="pytest.skip" message="it has &lt;none&gt;">where</skipped></testcase>
    <testcase name="e" classname="c"><skipped/></testcase></testsuite>`
  expect(readJUnit(xml)).toEqual([
    { test: 'test_a[asc-1]', state: 'passed' },
    { test: 'b "asc"', state: 'failed' },
    { test: 'c', state: 'failed' },
    { test: 'd', state: 'skipped', reason: 'it has <none>' },
    { test: 'e', state: 'skipped', reason: '' },
  ])
})

test('what became of a test is read from the events of go test', () => {
  const events = [
    { Action: 'start' },
    { Action: 'output', Test: 'TestA', Output: '    a_test.go:7: it has none\n' },
    { Action: 'skip', Test: 'TestA' },
    { Action: 'pass', Test: 'TestB/asc_1' },
    { Action: 'fail', Test: 'TestB/asc_7' },
    { Action: 'fail', Test: 'TestB' },
    { Action: 'output', Output: 'FAIL\n' },
    { Action: 'fail' },
  ]
  expect(readGoTest(`${events.map((event) => JSON.stringify(event)).join('\n')}\nnot an event`)).toEqual({
    outcomes: [
      { test: 'TestA', state: 'skipped', reason: 'it has none' },
      { test: 'TestB/asc_1', state: 'passed' },
      { test: 'TestB/asc_7', state: 'failed' },
    ],
    output: '    a_test.go:7: it has none\nFAIL\n',
  })
})

test('a suite that fails, or leaves a scenario out without a word, is found at fault', () => {
  const outcomes = [
    { test: 'TestGood', state: 'passed' as const },
    { test: 'TestGood', state: 'passed' as const },
    { test: 'TestBad', state: 'failed' as const },
    { test: 'TestExcused', state: 'skipped' as const, reason: 'the client has none' },
    { test: 'TestSilent', state: 'skipped' as const, reason: '' },
    { test: 'TestStray', state: 'passed' as const },
  ]
  expect(faultsOf(outcomes, { good: '', bad: '', excused: '', silent: '', forgotten: '' })).toEqual([
    'TestBad failed',
    'TestSilent is skipped, but why?',
    'stray is no scenario',
    'good is there twice',
    'forgotten is missing',
  ])
  expect(faultsOf([], scenarios)).toHaveLength(Object.keys(scenarios).length)
})

test('docs/clients.md has every scenario and the versions that are pinned', () => {
  const lines = readFileSync(new URL('../../docs/clients.md', import.meta.url), 'utf8').split('\n')
  expect(lines).toEqual(expect.arrayContaining(head(suites)))
  const rows = lines.filter((line) => line.startsWith('| `')).map((line) => line.split(' | ')[0])
  expect(rows).toEqual(Object.entries(scenarios).map(([id, sentence]) => `| \`${id}\`: ${sentence}`))
})

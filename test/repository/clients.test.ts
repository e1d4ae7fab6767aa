import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { problemsOf, scenarios, tableHead } from '../clients/matrix.ts'
import { readGoTest, readJUnit, scenarioOf } from '../clients/outcomes.ts'
import { suites } from '../clients/suites.ts'

// The suites themselves need package registries and four languages: npm run test:clients.

test.each([
  ['the journal finds orphans of lost responses', 'the-journal-finds-orphans-of-lost-responses'],
  ['auto-paging visits every key: asc, 1', 'auto-paging-visits-every-key-asc-1'],
  ['test_unknown_id_is_404', 'unknown-id-is-404'],
  ['test_auto_paging_visits_every_key[desc-100]', 'auto-paging-visits-every-key-desc-100'],
  ['TestUnknownIdIs404', 'unknown-id-is-404'],
  ['TestAutoPagingVisitsEveryKey/asc_7', 'auto-paging-visits-every-key-asc-7'],
  ['createReturnsTheValue', 'create-returns-the-value'],
  ['autoPagingVisitsEveryKey(String, int) "asc" "1"', 'auto-paging-visits-every-key-asc-1'],
])('the test %s covers the scenario %s', (name, scenario) => {
  expect(scenarioOf(name)).toBe(scenario)
})

test('readJUnit returns the outcome of every test in a JUnit report', () => {
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

test('readGoTest returns the outcome of every test in the events of go test', () => {
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

test('problemsOf reports failed tests, unexplained skips, and unknown, duplicate or missing scenarios', () => {
  const outcomes = [
    { test: 'TestGood', state: 'passed' as const },
    { test: 'TestGood', state: 'passed' as const },
    { test: 'TestBad', state: 'failed' as const },
    { test: 'TestExcused', state: 'skipped' as const, reason: 'the client has none' },
    { test: 'TestSilent', state: 'skipped' as const, reason: '' },
    { test: 'TestStray', state: 'passed' as const },
  ]
  expect(problemsOf(outcomes, { good: '', bad: '', excused: '', silent: '', forgotten: '' })).toEqual([
    'TestBad failed',
    'TestSilent is skipped without a reason',
    'stray is not a scenario',
    'good has two tests',
    'forgotten has no test',
  ])
  expect(problemsOf([], scenarios)).toHaveLength(Object.keys(scenarios).length)
})

test('docs/clients.md lists every scenario and the pinned versions', () => {
  const lines = readFileSync(new URL('../../docs/clients.md', import.meta.url), 'utf8').split('\n')
  expect(lines).toEqual(expect.arrayContaining(tableHead(suites)))
  const rows = lines.filter((line) => line.startsWith('| `')).map((line) => line.split(' | ')[0])
  expect(rows).toEqual(Object.entries(scenarios).map(([id, description]) => `| \`${id}\`: ${description}`))
})

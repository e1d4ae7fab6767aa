/** What became of a test of a suite, by the name that it has there. */
export interface Outcome {
  test: string
  state: 'passed' | 'failed' | 'skipped'
  /** Why it was skipped. */
  reason?: string
}

/** The id of the scenario that a test is named after, as `TestUnknownIdIs404` is, or `test_auto_paging[asc-1]`. */
export function scenarioOf(test: string): string {
  return test
    .replace(/^[Tt]est(?=[A-Z_])/, '')
    .replaceAll(/\([^)]*\)/g, '')
    .replaceAll(/([a-z\d])([A-Z])/g, '$1-$2')
    .replaceAll(/([A-Za-z])(\d)/g, '$1-$2')
    .replaceAll(/[^A-Za-z\d]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .toLowerCase()
}

/** The test cases of a report as JUnit writes it, and pytest and surefire, too. */
export function readJUnit(xml: string): Outcome[] {
  const cases = xml.matchAll(/<testcase\b([^>]*?)(?:\/>|>(.*?)<\/testcase>)/gs)
  return [...cases].map(([, attributes = '', inside = '']) => {
    const test = textOf(/\bname="([^"]*)"/.exec(attributes)?.[1])
    if (/<(failure|error)\b/.test(inside)) return { test, state: 'failed' }
    const [skipped, reason] = /<skipped\b(?:[^>]*?\bmessage="([^"]*)")?/.exec(inside) ?? []
    return skipped === undefined ? { test, state: 'passed' } : { test, state: 'skipped', reason: textOf(reason) }
  })
}

const entities: Record<string, string> = { quot: '"', apos: "'", lt: '<', gt: '>', amp: '&' }

function textOf(escaped = ''): string {
  return escaped.replaceAll(/&(\w+);/g, (_all, name) => entities[name] ?? '?')
}

interface GoEvent {
  Action: string
  Test?: string
  Output?: string
}

/** The tests of `go test -json`, without those that only hold others. */
export function readGoTest(lines: string): { outcomes: Outcome[]; output: string } {
  const events: GoEvent[] = lines.split('\n').flatMap((line) => (line.startsWith('{') ? JSON.parse(line) : []))
  const ends = events.filter(({ Test, Action }) => Test !== undefined && /^(pass|fail|skip)$/.test(Action))
  const output = (test?: string) =>
    events.map(({ Test, Output = '' }) => (test === undefined || Test === test ? Output : '')).join('')
  const outcomes = ends
    .filter(({ Test }) => !ends.some((other) => other.Test?.startsWith(`${Test}/`)))
    .map(({ Test: test = '', Action }): Outcome => {
      if (Action === 'skip')
        return { test, state: 'skipped', reason: /_test\.go:\d+: (.*)/.exec(output(test))?.[1] ?? '' }
      return { test, state: Action === 'pass' ? 'passed' : 'failed' }
    })
  return { outcomes, output: output() }
}

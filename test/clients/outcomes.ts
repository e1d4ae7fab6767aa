/** The outcome of a test, under its name in the suite. */
export interface Outcome {
  test: string
  state: 'passed' | 'failed' | 'skipped'
  /** The reason for the skip. */
  reason?: string
}

/** Returns the scenario id for a test name such as `TestUnknownIdIs404` or `test_unknown_id_is_404`. */
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

/** Parses a JUnit report, as pytest and surefire write it. */
export function readJUnit(xml: string): Outcome[] {
  const cases = xml.matchAll(/<testcase\b([^>]*?)(?:\/>|>(.*?)<\/testcase>)/gs)
  return [...cases].map(([, attributes = '', content = '']) => {
    const test = unescapeXml(/\bname="([^"]*)"/.exec(attributes)?.[1])
    if (/<(failure|error)\b/.test(content)) return { test, state: 'failed' }
    const [skipped, reason] = /<skipped\b(?:[^>]*?\bmessage="([^"]*)")?/.exec(content) ?? []
    return skipped === undefined ? { test, state: 'passed' } : { test, state: 'skipped', reason: unescapeXml(reason) }
  })
}

const entities: Record<string, string> = { quot: '"', apos: "'", lt: '<', gt: '>', amp: '&' }

function unescapeXml(escaped = ''): string {
  return escaped.replaceAll(/&(\w+);/g, (_match, name) => entities[name] ?? '?')
}

interface GoEvent {
  Action: string
  Test?: string
  Output?: string
}

/** Parses `go test -json`; returns the outcomes of all tests that have no subtests. */
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

import { checkThat } from '../checks/check-result.ts'
import { describeType } from '../checks/describe.ts'
import { evaluate } from '../checks/evaluate.ts'
import { type Check, succeeds } from '../checks/response-checks.ts'
import { createRequest } from '../client/requests.ts'
import { valueAt } from '../client/response.ts'
import { type Evidence, type Probe, writeProbe } from '../probe.ts'
import type { ProbeContext } from '../probe-context.ts'

const hasName =
  (name: string): Check =>
  ({ body }) => {
    const actual = valueAt(body, 'name')
    return checkThat(actual === name, 'the name unchanged', `a different name, ${describeType(actual)}`)
  }

/** Creates a key with a name that must be returned unchanged. */
const unchangedName = (name: string, evidence: Evidence, nameOf: (context: ProbeContext) => string): Probe =>
  writeProbe(name, evidence, async (context) => {
    const keyName = nameOf(context)
    // If the response is lost, a key without the name prefix cannot be found and removed, so it expires by itself.
    const response = await context.send(createRequest({ name: keyName, expires_in_seconds: 60 }))
    return evaluate(response, [succeeds, hasName(keyName)])
  })

export const nameProbes: Probe[] = [
  unchangedName('name-empty', 'spec', () => ''),
  unchangedName('name-unicode', 'spec', (context) => `${context.uniqueName()} \u00e9 \ud83d\udd11 "\\ \u0000`),
  unchangedName('name-long', 'assumed', (context) => context.uniqueName().padEnd(2000, 'x')),
]

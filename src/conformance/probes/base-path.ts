import { hasFields, succeeds } from '../checks/response-checks.ts'
import { get, keysPath } from '../client/client.ts'
import { asks, type Probe } from '../probe.ts'
import type { Stage } from '../probe-context.ts'
import { envelope } from './list.ts'

/** The base URL without its `/v1`, or with one where it has none. */
const otherBase = ({ path }: Stage) => (path.endsWith('/v1') ? path.slice(0, -'/v1'.length) : `${path}/v1`)

export const routes: Probe[] = [
  {
    name: 'route-with-and-without-v1',
    evidence: 'ours',
    run: asks(
      (stage) => get('', { path: otherBase(stage) + keysPath, isAbsolute: true }),
      [succeeds, hasFields(envelope)],
    ),
  },
]

import { hasFields, succeeds } from '../checks/response-checks.ts'
import { keysPath } from '../client/requests.ts'
import { type Probe, readProbe, sendAndCheck } from '../probe.ts'
import type { ProbeContext } from '../probe-context.ts'
import { listFields } from './list.ts'

/** Removes `/v1` from the end of the base path, or adds it. */
const otherBasePath = ({ basePath }: ProbeContext) =>
  basePath.endsWith('/v1') ? basePath.slice(0, -'/v1'.length) : `${basePath}/v1`

export const basePathProbes: Probe[] = [
  readProbe(
    'route-with-and-without-v1',
    'emulator',
    sendAndCheck(
      (context) => ({ method: 'GET', path: otherBasePath(context) + keysPath, isAbsolutePath: true }),
      [succeeds, hasFields(listFields)],
    ),
  ),
]

import { beforeEach } from 'vitest'
import { type RerunMode, rerunMode } from '../support/rerun.ts'

/** Per mode: the names of tests that cannot run in it, with the reason. */
const excluded: Record<RerunMode, Record<string, string>> = {
  reset: {
    'both redacted forms survive a restart, and a snapshot keeps the behavior':
      'reads what an earlier process stored, which the reset removes',
  },
  sandbox: {
    'every operation is served under both base paths, with and without a sandbox prefix':
      'sends requests to default, which is busy in this mode',
    'a client reaches its sandbox through the base URL alone': 'selects another sandbox in the URL',
    'the client does not retry the 503 of an exceeded sandbox limit': 'allows no sandbox except default',
    'the client retries after connection resets until it receives the response': 'its proxy forwards to default',
  },
}

beforeEach(({ task, skip }) => {
  const reason = rerunMode === undefined ? undefined : excluded[rerunMode][task.name]
  if (reason !== undefined) skip(reason)
})

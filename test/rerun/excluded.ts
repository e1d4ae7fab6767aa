import { beforeEach } from 'vitest'
import { type RerunMode, rerunMode } from '../support/rerun.ts'

/** Tests that prove nothing in a mode, by name, with the reason. */
const excluded: Record<RerunMode, Record<string, string>> = {
  reset: {},
  sandbox: {
    'both base paths serve every operation': 'addresses default by its name, which is busy here',
    'sandboxes are addressed by the base URL alone': 'has a sandbox of its own in the URL',
    'a sandbox too many is a 503 that the client does not try again': 'there is room for default alone',
    'a connection that breaks is tried again, and the answer arrives': 'its proxy leads to default',
  },
}

beforeEach(({ task, skip }) => {
  const reason = rerunMode === undefined ? undefined : excluded[rerunMode][task.name]
  if (reason !== undefined) skip(reason)
})

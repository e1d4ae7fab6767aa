import { beforeEach } from 'vitest'
import { type Stage, stage } from '../support/rerun.ts'

/** Tests that can say nothing in a stage, by name, with the reason. */
const excluded: Record<Stage, Record<string, string>> = {
  reset: {},
  sandbox: {
    'both base paths serve every operation': 'addresses default by its name, which is busy here',
    'sandboxes are addressed by the base URL alone': 'has a sandbox of its own in the URL',
    'a sandbox too many is a 503 that the client does not try again': 'there is room for default alone',
    'a connection that breaks is tried again, and the answer arrives': 'its proxy leads to default',
  },
}

beforeEach(({ task, skip }) => {
  const reason = stage === undefined ? undefined : excluded[stage][task.name]
  if (reason !== undefined) skip(reason)
})

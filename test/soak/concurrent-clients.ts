import fc from 'fast-check'
import type { Asker } from '../model/generated/client.ts'
import { fault } from '../model/generated/steps.ts'
import { faultyRound } from './fault-client.ts'
import { stormyRound } from './reset-client.ts'

const members = 4

const operation = fc.constantFrom(
  'create' as const,
  'create' as const,
  'retrieve' as const,
  'list' as const,
  'delete' as const,
)

/** What each member does, and what befalls all of them: a fault, or resets and removals. */
const round = fc.record({
  deeds: fc.array(fc.array(operation, { minLength: 8, maxLength: 15 }), { minLength: members, maxLength: members }),
  fault,
  storm: fc.option(fc.array(fc.constantFrom('reset', 'removal'), { minLength: 1, maxLength: 3 }), { freq: 2 }),
})

/** Lives in one sandbox with many clients at once. Throws where one of them hears what it must not. */
export async function liveCrowd(
  createClient: () => Asker,
  name: string,
  seed: number,
  isOver: () => boolean,
): Promise<void> {
  const clients = Array.from({ length: members }, createClient)
  const tester = createClient()
  for (let batch = 0; ; batch++) {
    for (const { deeds, fault: armed, storm } of fc.sample(round, { numRuns: 20, seed: seed + batch })) {
      if (isOver()) return
      if (storm === null) await faultyRound(clients, tester, name, armed, deeds)
      else await stormyRound(clients, tester, name, storm, deeds)
    }
  }
}

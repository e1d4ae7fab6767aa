import fc from 'fast-check'
import type { HttpClient } from '../model/harness/client.ts'
import { fault } from '../model/harness/steps.ts'
import { runFaultRound } from './fault-client.ts'
import { runResetRound } from './reset-client.ts'

const clientCount = 4

const operation = fc.constantFrom(
  'create' as const,
  'create' as const,
  'retrieve' as const,
  'list' as const,
  'delete' as const,
  'create-project-service-account' as const,
  'delete-project-service-account' as const,
  'list-audit-logs' as const,
)

/** The operations of each client, and what happens to all of them: a fault, or resets and removals. */
const roundPlan = fc.record({
  operations: fc.array(fc.array(operation, { minLength: 8, maxLength: 15 }), {
    minLength: clientCount,
    maxLength: clientCount,
  }),
  fault,
  resets: fc.option(fc.array(fc.constantFrom('reset', 'removal'), { minLength: 1, maxLength: 3 }), { freq: 2 }),
})

/** Runs rounds with several concurrent clients in one sandbox. Throws UnexpectedResponse. */
export async function runConcurrentClients(
  createClient: () => HttpClient,
  name: string,
  seed: number,
  isDone: () => boolean,
): Promise<void> {
  const clients = Array.from({ length: clientCount }, createClient)
  const controlClient = createClient()
  for (let batchIndex = 0; ; batchIndex++) {
    for (const { operations, fault: plannedFault, resets } of fc.sample(roundPlan, {
      numRuns: 20,
      seed: seed + batchIndex,
    })) {
      if (isDone()) return
      if (resets === null) await runFaultRound(clients, controlClient, name, plannedFault, operations)
      else await runResetRound(clients, controlClient, name, resets, operations)
    }
  }
}

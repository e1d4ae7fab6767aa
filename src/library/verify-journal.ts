import type { ControlClient } from '../control-client/client.ts'
import type { JournalEntry, Verification, VerificationResult } from './types.ts'

/** Thrown when the journal is not as expected. */
class VerificationError extends Error {
  readonly result: VerificationResult

  constructor(message: string, result: VerificationResult) {
    super(message)
    this.name = 'VerificationError'
    this.result = result
  }
}

/** Resolves if the journal is as expected. Rejects with VerificationError if it is not. */
export async function verifyJournal(control: ControlClient, verification: Verification): Promise<VerificationResult> {
  const result = await control<VerificationResult>('POST', '/journal/verify', verification)
  if (result.verified) return result
  const { data } = await control<{ data: JournalEntry[] }>('GET', '/journal')
  const { describeVerification } = await import('../journal/verification/describe.ts')
  throw new VerificationError(`journal.verify: ${describeVerification(verification, result, data)}`, result)
}

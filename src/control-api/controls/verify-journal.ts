import type { FastifyInstance } from 'fastify'
import { runInTurns } from '../../common/turns.ts'
import { assertHeaderNames } from '../../faults/parse.ts'
import {
  type ExpectedRequest,
  maxExpectedJsonLength,
  Verification,
  VerificationResult,
} from '../../journal/verification/schemas.ts'
import { verify } from '../../journal/verification/verify.ts'
import type { Path } from '../../schema/schema-errors.ts'
import type { ParsedBody } from '../body.ts'
import type { ControlDeps } from '../deps.ts'
import { defineControl } from '../operation.ts'

type ErrorAt = ParsedBody<unknown>['errorAt']

/** Registers the control that checks which requests clients sent. */
export function registerVerifyJournal(app: FastifyInstance, { sandboxFor }: ControlDeps): void {
  const verifyJournal = defineControl('emulator-journal-verify', {
    summary: 'Verify the journal',
    description:
      'Counts the requests in which every given field is equal, `json` and each header as a whole, and compares the count with `times`: a number, or `at_least` and `at_most`; at least 1 by default. `in_order` instead lists requests that must have arrived in that order; other requests may come between them. Secrets are compared, and returned, in their redacted form.',
    body: Verification,
    examples: [
      { operation: 'create', json: { name: 'ci' }, times: 1 },
      { status: 429, times: { at_least: 1, at_most: 3 } },
      { in_order: [{ operation: 'create' }, { operation: 'delete', status: 200 }] },
    ],
    responses: { 200: [VerificationResult, 'Whether the journal is as expected.'] },
  })
  app.post<{ Body: ParsedBody<Verification> }>(
    '/_emulator/journal/verify',
    { schema: verifyJournal },
    (request, reply) => {
      const verification = checkForm(request.body)
      // A copy: other requests are processed meanwhile.
      return runInTurns(verify([...sandboxFor(request).journal.entries], verification), reply.raw)
    },
  )
}

/** Returns the verification. Throws if its fields contradict each other. */
function checkForm({ content, errorAt }: ParsedBody<Verification>): Verification {
  const { in_order = [], times, ...fields } = content
  assertPossible(fields, [], errorAt)
  for (const [n, expected] of in_order.entries()) assertPossible(expected, ['in_order', n], errorAt)
  const [field] = Object.keys(fields)
  if (content.in_order !== undefined && field !== undefined) {
    throw errorAt([field], { problem: "must be absent when 'in_order' is given: put it into the requests of the list" })
  }
  if (content.in_order !== undefined && times !== undefined) {
    throw errorAt(['times'], { problem: "must be absent when 'in_order' is given: list a request repeatedly instead" })
  }
  if (typeof times !== 'object') return content
  const { at_least = 0, at_most = at_least } = times
  if (at_least > at_most) throw errorAt(['times', 'at_most'], `at least 'at_least' (${at_least})`)
  return content
}

/** Throws if no entry could ever match. */
function assertPossible({ header, json }: ExpectedRequest, path: Path, errorAt: ErrorAt): void {
  assertHeaderNames({ errorAt }, [...path, 'header'], header)
  if ((JSON.stringify(json)?.length ?? 0) <= maxExpectedJsonLength) return
  const rule = `at most ${maxExpectedJsonLength} characters long: the journal truncates longer bodies`
  throw errorAt([...path, 'json'], rule)
}

import { anyToken } from '../checks/alternatives.ts'
import { areAllOk, checkThat } from '../checks/check-result.ts'
import { describeResponse, describeType } from '../checks/describe.ts'
import { type Alternative, evaluate, type ProbeOutcome } from '../checks/evaluate.ts'
import { type Check, isError, succeeds } from '../checks/response-checks.ts'
import { deleteRequest, listRequest, retrieveRequest, unknownId } from '../client/requests.ts'
import { valueAt } from '../client/response.ts'
import { type Probe, writeProbe } from '../probe.ts'
import type { ProbeContext } from '../probe-context.ts'
import { isNotFound } from './errors.ts'

export const isInvalidKey = isError({ status: 401, code: 'invalid_api_key' })

export const isUsed: Check = ({ body }) => {
  const lastUsedAt = valueAt(body, 'last_used_at')
  return checkThat(Number.isInteger(lastUsedAt), 'last_used_at an integer', `last_used_at ${describeType(lastUsedAt)}`)
}

const discardsState = (id: string): Alternative => ({ override: { state: 'discarded' }, checks: [isNotFound(id)] })

export const lifecycleProbes: Probe[] = [
  writeProbe('retrieve-created', 'spec', async (context) => {
    const { id } = await context.sampleKey()
    return evaluate(await context.send(retrieveRequest(id)), [succeeds], [discardsState(id)])
  }),
  writeProbe('last-used', 'assumed', async (context) => {
    const { id, value } = await context.createKey()
    succeeds(await context.send(listRequest('?limit=1', { token: value })))
    return evaluate(await context.send(retrieveRequest(id)), [succeeds, isUsed])
  }),
  writeProbe('last-used-in-same-request', 'assumed', async (context) => {
    const { id, value } = await context.createKey()
    return evaluate(await context.send(retrieveRequest(id, { token: value })), [succeeds, isUsed])
  }),
  writeProbe('last-used-by-failed-request', 'assumed', async (context) => {
    const { id, value } = await context.createKey()
    const failed = await context.send(retrieveRequest(unknownId, { token: value }))
    const retrieved = await context.send(retrieveRequest(id))
    return { results: [isNotFound(unknownId)(failed), succeeds(retrieved), isUsed(retrieved)] }
  }),
  writeProbe('owner-of-created', 'assumed', async (context) => {
    const caller = await context.createKey()
    const created = await context.createKey({}, { token: caller.value })
    const [expected, actual] = [caller, created].map(({ response }) => JSON.stringify(valueAt(response.body, 'owner')))
    const ok = expected !== undefined && expected === actual
    return { results: [checkThat(ok, 'the owner of the calling key', 'a different owner')] }
  }),
  writeProbe('expired', 'assumed', runExpired, ({ expiringKey }) => expiringKey()),
]

async function runExpired(context: ProbeContext): Promise<ProbeOutcome> {
  const { created, expired } = await context.expiringKey()
  const { id, value } = created
  await expired()
  const used = await context.send(listRequest('', { token: value }))
  const { results, override } = evaluate(used, [isInvalidKey], [anyToken()])
  const retrieved = await context.send(retrieveRequest(id))
  const deleted = await context.send(deleteRequest(id))
  const resultsAfter = [
    checkThat(retrieved.status === 200, 'can be retrieved', describeResponse(retrieved)),
    checkThat(deleted.status === 200, 'can be deleted', describeResponse(deleted)),
  ]
  const isExplained = override !== undefined && areAllOk(resultsAfter)
  return { results: [...results, ...resultsAfter], ...(isExplained ? { override } : {}) }
}
